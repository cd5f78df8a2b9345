using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Core.A2A;

/// <summary>Threads as A2A shows them.</summary>
public sealed class A2aTasksTests
{
    private const string Address = "https://mesh.example.org";

    [Theory]
    [InlineData(ThreadPhase.Starting, null, A2aTaskState.Submitted)]
    [InlineData(ThreadPhase.Held, null, A2aTaskState.InputRequired)]
    [InlineData(ThreadPhase.Open, Sample.Builder, A2aTaskState.InputRequired)]
    [InlineData(ThreadPhase.Open, Sample.Verifier, A2aTaskState.Working)]
    public void A_thread_that_goes_on_is_a_task_by_whose_move_it_is(ThreadPhase phase, string? awaiting, A2aTaskState state) =>
        Assert.Equal(state, A2aTasks.StateOf(Sample.Thread() with { State = phase, Awaiting = awaiting }));

    [Theory]
    [InlineData(EndState.Pass, EndReason.Verified, A2aTaskState.Completed)]
    [InlineData(EndState.Answered, EndReason.AdviceAcknowledged, A2aTaskState.Completed)]
    [InlineData(EndState.Answered, EndReason.PlumbingOnly, A2aTaskState.Completed)]
    [InlineData(EndState.Partial, EndReason.PartiallyVerified, A2aTaskState.Failed)]
    [InlineData(EndState.Partial, EndReason.MaxTurns, A2aTaskState.Failed)]
    [InlineData(EndState.Blocked, EndReason.GateDenied, A2aTaskState.Rejected)]
    [InlineData(EndState.Blocked, EndReason.NotAuthorized, A2aTaskState.Rejected)]
    [InlineData(EndState.Blocked, EndReason.TrustDenied, A2aTaskState.Rejected)]
    [InlineData(EndState.Blocked, EndReason.GateExpired, A2aTaskState.Failed)]
    [InlineData(EndState.Blocked, EndReason.Cancelled, A2aTaskState.Canceled)]
    [InlineData(EndState.Blocked, EndReason.TtlExpired, A2aTaskState.Failed)]
    [InlineData(EndState.Blocked, EndReason.AgentUnreachable, A2aTaskState.Failed)]
    [InlineData(EndState.Blocked, EndReason.InternalError, A2aTaskState.Failed)]
    public void An_ended_thread_is_a_task_by_its_end(EndState end, EndReason reason, A2aTaskState state)
    {
        Assert.Equal(state, A2aTasks.StateOf(Ended(end, reason)));
        Assert.True(state.IsOver());
        Assert.True(state.IsAtRest());
    }

    [Fact]
    public void Every_reason_of_an_end_has_a_state() => Assert.All(
        Enum.GetValues<EndReason>(), reason => Assert.True(A2aTasks.StateOf(Ended(EndState.Blocked, reason)).IsOver()));

    [Fact]
    public void A_task_says_who_speaks_by_whose_address_it_is_and_gives_the_newest_messages()
    {
        var messages = new[]
        {
            Sample.Message(MessageKind.Brief, 1),
            Sample.Message(MessageKind.Submission, 2),
            Sample.Message(MessageKind.Verdict, 3),
        };
        var task = A2aTasks.TaskOf(Sample.Thread(), Sample.Start, messages, history: 2, artifacts: false, Address);

        Assert.Equal([A2aRole.User, A2aRole.Agent], task.History!.Select(one => one.Role));
        Assert.Equal("words of message 3", task.Status.Message!.Parts![0].Text);
        Assert.Equal((Sample.ThreadId, Sample.ThreadId), (task.Id, task.ContextId));
        Assert.Equal("2026-11-23T05:00:00.000Z", task.Status.Timestamp);
        Assert.Null(task.Artifacts);
    }

    [Fact]
    public void A_task_of_which_no_history_is_wanted_has_none() => Assert.Null(
        A2aTasks.TaskOf(Sample.Thread(), Sample.Start, [Sample.Message(MessageKind.Brief)], 0, true, Address).History);

    [Fact]
    public void A_named_context_is_the_tasks() =>
        Assert.Equal("release", A2aTasks.ContextOf(Sample.Thread() with { ContextId = "release" }));

    [Fact]
    public void An_ended_task_has_its_result_and_its_evidence_as_artifacts()
    {
        var verdict = Sample.Message(MessageKind.Verdict, 3) with
        {
            Verdict = Verdict.Pass,
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "ran it" }],
        };
        var artifacts = A2aTasks.ArtifactsOf(Ended(EndState.Pass, EndReason.Verified), [verdict], Address);

        Assert.Equal([A2aTasks.Result, A2aTasks.Evidence], artifacts.Select(one => one.ArtifactId));
        Assert.Equal("pass", artifacts[0].Parts[1].Data!.Value.GetProperty("verdict").GetString());
        var said = artifacts[1].Parts[0].Data!.Value;
        Assert.Equal(
            ("PASS", "verified"), (said.GetProperty("endState").GetString(), said.GetProperty("reason").GetString()));
        Assert.Equal($"{Address}/api/threads/{Sample.ThreadId}/evidence", artifacts[1].Parts[1].Url);
    }

    [Fact]
    public void A_file_of_the_agents_has_an_address_that_a_client_can_reach()
    {
        var hash = new string('a', 64);
        var message = Sample.Message(MessageKind.Verdict, 3) with
        {
            Artifacts =
            [
                new Artifact { Name = "log.txt", Sha256 = hash, Uri = $"/api/threads/{Sample.ThreadId}/artifacts/{hash}" },
            ],
        };
        var artifact = Assert.Single(A2aTasks.ArtifactsOf(Sample.Thread(), [message], Address));

        Assert.Equal($"{Address}/api/threads/{Sample.ThreadId}/artifacts/{hash}", artifact.Parts[0].Url);
        Assert.Equal(hash, (string?)artifact.Parts[0].Metadata![A2aExtensionData.Uri]!["sha256"]);
    }

    [Fact]
    public void A_held_task_says_that_a_person_decides() => Assert.Contains(
        "a person",
        A2aTasks.StatusOf(Sample.Thread() with { State = ThreadPhase.Held, Detail = "why" }, Sample.Start, null, Address)
            .Message!.Parts![0].Text,
        StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void The_wire_names_states_and_roles_as_the_protocol_does_and_leaves_out_what_is_null()
    {
        var task = A2aTasks.TaskOf(Sample.Thread(), Sample.Start, [Sample.Message(MessageKind.Brief)], 1, false, Address);
        var json = JsonNode.Parse(A2aJson.Write(new A2aUpdate { Task = task }))!["task"]!;

        Assert.Equal("TASK_STATE_INPUT_REQUIRED", (string?)json["status"]!["state"]);
        Assert.Equal("ROLE_USER", (string?)json["history"]![0]!["role"]);
        Assert.DoesNotContain("null", Encoding.UTF8.GetString(A2aJson.Write(task.History![0])), StringComparison.Ordinal);
        Assert.False(json.AsObject().ContainsKey("artifacts"));
    }

    private static ThreadView Ended(EndState end, EndReason reason) => Sample.Thread() with
    {
        State = ThreadPhase.Ended,
        EndState = end,
        Reason = reason,
        Awaiting = null,
    };
}
