using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Dialogues;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace DurableMesh.Tests.Mcp;

/// <summary>A whole dialogue as one call, as a task, and one that a person has to let in.</summary>
public sealed class DialogueTests : IAsyncLifetime
{
    private static readonly object Work = Dialogue("kept now");

    private FakeMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task One_call_starts_hands_over_waits_and_brings_the_verdict_with_its_evidence()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var running = builder.DoAsync<DialogueAnswer>("run_dialogue", Work);
        var thread = await UntilSubmittedAsync();

        Judge(thread, "v-1", Verdict.Pass);

        var end = await running;
        Assert.Equal((DialogueOutcome.Pass, thread), (end.Outcome, end.Thread!.ThreadId));
        Assert.Equal("seen", end.Verdict!.Checks![0].Detail);
        Assert.True(end.Evidence!.Final);
        Assert.Equal($"{_mesh.Url}/api/threads/{Uri.EscapeDataString(thread)}/evidence", end.Evidence.Url);
    }

    [Fact]
    public async Task The_same_call_joins_the_dialogue_that_it_started_until_that_is_over()
    {
        var quick = Dialogue("kept now", waitSeconds: 0);
        string thread;
        await using (var first = await McpPeer.JoinAsync(_mesh, Sample.Builder))
        {
            var started = await first.DoAsync<DialogueAnswer>("run_dialogue", quick);
            Assert.Equal(DialogueOutcome.Running, started.Outcome);
            thread = started.Thread!.ThreadId;
        }

        await using var restarted = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        Assert.Equal(thread, (await restarted.DoAsync<DialogueAnswer>("run_dialogue", quick)).Thread!.ThreadId);
        Assert.Single(_mesh.Messages, message => message.Kind == MessageKind.Submission);
        _mesh.Cancel(thread);

        Assert.NotEqual(thread, (await restarted.DoAsync<DialogueAnswer>("run_dialogue", quick)).Thread!.ThreadId);
    }

    [Fact]
    public async Task A_fail_gives_the_move_back_and_the_dialogue_goes_on_with_new_work()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var running = builder.DoAsync<DialogueAnswer>("run_dialogue", Work);
        var thread = await UntilSubmittedAsync();
        _mesh.Send(thread, new()
        {
            MessageId = "v-0",
            From = Sample.Verifier,
            Kind = MessageKind.Finding,
            Body = JsonText.OfString("row 9 is lost"),
        });
        Judge(thread, "v-1", Verdict.Fail);

        var back = await running;
        Assert.Equal((DialogueOutcome.YourMove, Verdict.Fail), (back.Outcome, back.Verdict!.Verdict));
        Assert.Equal("row 9 is lost", Assert.Single(back.Since!).Said);

        var again = builder.DoAsync<DialogueAnswer>("run_dialogue", new { thread, submission = "mended" });
        await _mesh.UntilAsync(messages => messages.Count(message => message.Kind == MessageKind.Submission) == 2, Cancellation);
        Judge(thread, "v-2", Verdict.Pass);
        Assert.Equal(DialogueOutcome.Pass, (await again).Outcome);
    }

    [Fact]
    public async Task A_start_that_lacks_something_or_is_refused_says_so()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);

        var lacking = await builder.RefusedAsync("run_dialogue", new { subject = "x" });
        Assert.Equal("invalid_arguments", lacking.Reason);
        Assert.Contains("responder, task, acceptance", lacking.Detail, StringComparison.Ordinal);

        (_mesh.Refusal, _mesh.RefusalsToCome) = ((403, "not_authorized", "No row lets the pair in."), 1);
        Assert.Equal("not_authorized", (await builder.RefusedAsync("run_dialogue", Work)).Reason);
    }

    [Fact]
    public async Task A_task_is_the_thread_and_outlives_the_server()
    {
        string thread;
        await using (var first = await McpPeer.JoinAsync(_mesh, Sample.Builder))
        {
            var created = await first.AskAsync("tools/call", Call(Work));
            thread = (string)created["taskId"]!;
            Assert.Equal(("task", "working"), ((string)created["resultType"]!, (string)created["status"]!));
            Assert.NotNull(_mesh.Find(thread));
            Assert.Equal(MessageKind.Submission, _mesh.Messages[^1].Kind);
            Assert.Equal("working", (string)(await first.AskAsync("tasks/get", Task(thread)))["status"]!);
        }

        Judge(thread, "v-1", Verdict.Pass);
        await using var restarted = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var done = await restarted.AskAsync("tasks/get", Task(thread));

        Assert.Equal("completed", (string)done["status"]!);
        var result = done["result"].Deserialize<CallToolResult>(McpJsonUtilities.DefaultOptions)!;
        Assert.Equal(DialogueOutcome.Pass, McpPeer.Read<DialogueAnswer>(result).Outcome);
    }

    [Fact]
    public async Task Cancelling_the_task_cancels_the_thread()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var thread = (string)(await builder.AskAsync("tools/call", Call(Work)))["taskId"]!;

        await builder.AskAsync("tasks/cancel", Task(thread));

        Assert.Equal(EndReason.Cancelled, _mesh.Find(thread)!.Reason);
        Assert.Equal("ann", _mesh.CancelledBy);
        Assert.Equal("cancelled", (string)(await builder.AskAsync("tasks/get", Task(thread)))["status"]!);
        await Assert.ThrowsAsync<McpProtocolException>(() => builder.AskAsync("tasks/get", Task("none")));
    }

    [Fact]
    public async Task A_start_that_is_refused_makes_no_task()
    {
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);

        var refused = await builder.AskAsync("tools/call", Call(new { subject = "x" }));

        Assert.True((bool)refused["isError"]!);
        Assert.Null(refused["taskId"]);
    }

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    public async Task A_person_who_can_be_asked_decides_a_hold(string protocol)
    {
        _mesh.Hold = "High priority is held for a person.";
        var asked = new List<string>();
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder, WithPerson(protocol, "approve", asked));
        var running = builder.DoAsync<DialogueAnswer>("run_dialogue", Work);
        var thread = await UntilSubmittedAsync();
        Judge(thread, "v-1", Verdict.Pass);

        Assert.Equal(DialogueOutcome.Pass, (await running).Outcome);
        Assert.Contains(_mesh.Hold, Assert.Single(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_may_deny()
    {
        _mesh.Hold = "High priority is held for a person.";
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder, WithPerson("2026-07-28", "deny", []));

        var end = await builder.DoAsync<DialogueAnswer>("run_dialogue", Work);

        Assert.Equal((DialogueOutcome.Blocked, EndReason.GateDenied), (end.Outcome, end.Thread!.Reason));
    }

    [Fact]
    public async Task Who_may_not_decide_hears_that_from_the_mesh()
    {
        (_mesh.Hold, _mesh.MayDecide) = ("High priority is held for a person.", false);
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder, WithPerson("2026-07-28", "approve", []));

        Assert.Equal("missing_scope", (await builder.RefusedAsync("run_dialogue", Work)).Reason);
        Assert.Equal(ThreadPhase.Held, _mesh.Find(StartedThread())!.Phase);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_says_how_to_decide()
    {
        _mesh.Hold = "High priority is held for a person.";
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);

        var held = await builder.DoAsync<DialogueAnswer>("run_dialogue", Dialogue("kept", waitSeconds: 0));

        Assert.Equal(DialogueOutcome.Held, held.Outcome);
        Assert.Contains($"mesh decide {held.Thread!.ThreadId}", held.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_held_asks_and_hands_over_once_it_is_let_in()
    {
        _mesh.Hold = "High priority is held for a person.";
        await using var builder = await McpPeer.JoinAsync(_mesh, Sample.Builder);
        var thread = (string)(await builder.AskAsync("tools/call", Call(Work)))["taskId"]!;
        Assert.Equal("working", (string)(await builder.AskAsync("tasks/get", Task(thread)))["status"]!);

        var held = await builder.AskAsync("tasks/get", Task(thread), canAsk: true);
        Assert.Equal("input_required", (string)held["status"]!);
        var (key, request) = Assert.Single(held["inputRequests"]!.AsObject());
        Assert.Equal("elicitation/create", (string)request!["method"]!);
        var answer = new JsonObject { ["action"] = "accept", ["content"] = new JsonObject { ["decision"] = "approve" } };
        await builder.AskAsync(
            "tasks/update", new() { ["taskId"] = thread, ["inputResponses"] = new JsonObject { [key] = answer } });

        Assert.Equal("working", (string)(await builder.AskAsync("tasks/get", Task(thread)))["status"]!);
        Assert.Equal("kept now", _mesh.Messages[^1].Body!.ToDisplayText());
    }

    private static object Dialogue(string submission, int waitSeconds = 60) => new
    {
        subject = "Quoted newlines",
        body = "A quoted field may hold a newline.",
        acceptance = new[] { new { title = "quoted newline kept" } },
        responder = Sample.Verifier,
        task = "101959",
        submission,
        waitSeconds,
    };

    private static JsonObject Call(object arguments) =>
        new() { ["name"] = "run_dialogue", ["arguments"] = JsonSerializer.SerializeToNode(arguments, McpJson.Options) };

    private static JsonObject Task(string id) => new() { ["taskId"] = id };

    private static McpClientOptions WithPerson(string protocol, string decision, List<string> asked) => new()
    {
        ProtocolVersion = protocol,
        Capabilities = new ClientCapabilities { Elicitation = new ElicitationCapability { Form = new() } },
        Handlers = new McpClientHandlers
        {
            ElicitationHandler = (request, _) =>
            {
                asked.Add(request!.Message);
                return ValueTask.FromResult(new ElicitResult
                {
                    Action = "accept",
                    Content = new Dictionary<string, JsonElement>
                    {
                        ["decision"] = JsonSerializer.SerializeToElement(decision),
                        ["why"] = JsonSerializer.SerializeToElement("the freeze is over"),
                    },
                });
            },
        },
    };

    private async Task<string> UntilSubmittedAsync() => (await _mesh.UntilAsync(
        messages => messages.Any(message => message.Kind == MessageKind.Submission), Cancellation))[^1].ThreadId;

    private string StartedThread() => Uri.UnescapeDataString(
        _mesh.Requests.Last(request => request.EndsWith("/decision", StringComparison.Ordinal)).Split('/')[^2]);

    private void Judge(string thread, string id, Verdict verdict) => Assert.Equal(ReceiptKind.Accepted, _mesh.Send(thread, new()
    {
        MessageId = id,
        From = Sample.Verifier,
        Kind = MessageKind.Verdict,
        Verdict = verdict,
        Checks =
        [
            new Check { Id = "AC-1", Status = verdict == Verdict.Pass ? CheckStatus.Pass : CheckStatus.Fail, Detail = "seen" },
        ],
    }).Kind);
}
