using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>The rule of the next try: a failed check begins it, and nothing else does.</summary>
public sealed class WorkflowTriesTests
{
    private const string Chain = """
        {"name":"n","surface":"chain","limits":{"costCapUsd":3},"steps":[
          {"id":"a","company":"codecraft","prompt":"Build it.","acceptance":[{"id":"AC-1","title":"it holds"}]},
          {"id":"b","company":"vizu","prompt":"Draw it.","acceptance":[{"id":"AC-1","title":"it shows"}]}]}
        """;

    [Theory]
    [InlineData(EndState.Partial, EndReason.PartiallyVerified, false)]
    [InlineData(EndState.Partial, EndReason.MaxTurns, true)]
    [InlineData(EndState.Blocked, EndReason.MaxTurns, true)]
    [InlineData(EndState.Blocked, EndReason.NoProgress, true)]
    [InlineData(EndState.Blocked, EndReason.VerifierBlocked, true)]
    public void A_failed_check_sends_the_step_back_and_a_new_thread_begins(EndState state, EndReason reason, bool names)
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", state, reason, names ? ["AC-1"] : []);

        Assert.Equal(StepPhase.Waiting, workflow.Run.Find("a")!.Phase);
        Assert.Null(workflow.Run.Ended);
        var move = Assert.Single(workflow.StartAll());
        Assert.Equal(("a", 2, 2.9m), (move.Step, move.Attempt, move.CostCapUsd));
        Assert.Equal("t-a-2", workflow.Run.Find("a")!.ThreadId);
        Assert.Equal("t-a-1", Assert.Single(workflow.Run.Find("a")!.Earlier).ThreadId);
    }

    [Theory]
    [InlineData(EndState.Blocked, EndReason.GateDenied)]
    [InlineData(EndState.Blocked, EndReason.GateExpired)]
    [InlineData(EndState.Blocked, EndReason.NotAuthorized)]
    [InlineData(EndState.Blocked, EndReason.TrustDenied)]
    [InlineData(EndState.Blocked, EndReason.CostCap)]
    [InlineData(EndState.Partial, EndReason.CostCap)]
    [InlineData(EndState.Blocked, EndReason.TtlExpired)]
    [InlineData(EndState.Partial, EndReason.TtlExpired)]
    [InlineData(EndState.Blocked, EndReason.Cancelled)]
    [InlineData(EndState.Blocked, EndReason.AgentUnreachable)]
    [InlineData(EndState.Blocked, EndReason.InternalError)]
    public void Nothing_else_is_tried_again(EndState state, EndReason reason)
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", state, reason, ["AC-1"]);

        Assert.Equal(StepPhase.Failed, workflow.Run.Find("a")!.Phase);
        Assert.Equal(state, workflow.Run.Ended!.EndState);
    }

    [Fact]
    public void A_verifier_that_could_not_judge_is_not_asked_again()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", EndState.Blocked, EndReason.VerifierBlocked, []);

        Assert.Equal(WorkflowReason.StepBlocked, workflow.Run.Ended!.Reason);
    }

    [Fact]
    public void After_the_last_try_the_workflow_ends_and_says_how_many_there_were()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, Assert.Single(workflow.StartAll()).Attempt);
            Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        }

        Assert.Equal((EndState.Blocked, WorkflowReason.StepBlocked), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Contains("after 3 tries", workflow.Run.Ended.Detail, StringComparison.Ordinal);
        Assert.Equal(0.3m, workflow.Run.SpentUsd);
    }

    [Fact]
    public void After_the_last_try_a_step_may_hold_for_a_person_whose_again_is_one_more_try()
    {
        var workflow = SampleWorkflow.Begun(Chain.Replace(
            "\"id\":\"a\",", "\"id\":\"a\",\"tries\":2,\"onBlocked\":\"hold\",", StringComparison.Ordinal));
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            workflow.StartAll();
            Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        }

        Assert.Equal(StepPhase.Held, workflow.Run.Find("a")!.Phase);
        Assert.Null(workflow.Ask(new DecideStep("w-1", "a", StepDecision.Again, "once more")));
        Assert.Equal(3, Assert.Single(workflow.StartAll()).Attempt);
        Assert.Equal([1, 2], workflow.Run.Find("a")!.Earlier.Select(one => one.Attempt));
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        Assert.Equal(StepPhase.Held, workflow.Run.Find("a")!.Phase);
    }

    [Fact]
    public void A_second_try_that_passes_goes_on_to_the_next_step()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        workflow.StartAll();
        workflow.End("a", EndState.Pass);

        Assert.Equal("b", Assert.Single(workflow.StartAll()).Step);
        workflow.End("b", EndState.Pass);
        Assert.Equal(EndState.Pass, workflow.Run.Ended!.EndState);
    }

    [Fact]
    public void A_try_that_the_rest_of_the_budget_does_not_pay_ends_it()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"], cost: 3m);

        Assert.Equal(WorkflowReason.CostCap, workflow.Run.Ended!.Reason);
        Assert.Equal(StepPhase.Failed, workflow.Run.Find("a")!.Phase);
        Assert.Equal(StepPhase.Skipped, workflow.Run.Find("b")!.Phase);
    }

    [Fact]
    public void A_stopped_run_tries_nothing_again()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        workflow.Ask(new StopWorkflow("w-1", WorkflowReason.Cancelled, "enough"));
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);

        Assert.Equal(WorkflowReason.Cancelled, workflow.Run.Ended!.Reason);
    }

    [Fact]
    public void The_same_end_told_twice_is_one_try()
    {
        var workflow = SampleWorkflow.Begun(Chain);
        workflow.StartAll();
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        var entries = workflow.Run.Entries.Count;
        Fail(workflow, "a", EndState.Blocked, EndReason.MaxTurns, ["AC-1"]);
        Assert.Equal(entries, workflow.Run.Entries.Count);
    }

    [Fact]
    public void A_step_of_an_ordinary_workflow_is_tried_once_and_its_records_say_nothing_new()
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        Fail(workflow, "build", EndState.Blocked, EndReason.MaxTurns, null);

        Assert.Equal(WorkflowReason.StepBlocked, workflow.Run.Ended!.Reason);
        var file = System.Text.Encoding.UTF8.GetString(WorkflowEvidence.Of(workflow.Run).ToUtf8());
        foreach (var name in (string[])["surface", "tries", "earlier", "brief", "failed", "submission"])
        {
            Assert.DoesNotContain($"\"{name}\":", file, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, Pattern.Sequential, 2)]
    [InlineData(50, Pattern.Sequential, 2)]
    [InlineData(1, Pattern.Sequential, 2)]
    [InlineData(50, Pattern.BuilderVerifier, 50)]
    [InlineData(null, Pattern.BuilderVerifier, 20)]
    public void A_sequential_thread_is_one_round_whatever_is_asked_for(int? asked, Pattern pattern, int turns)
    {
        var request = new StartThreadRequest
        {
            Pattern = pattern,
            McTask = "7",
            Initiator = "a",
            Responder = "b",
            Brief = new Brief { Subject = "s" },
            Limits = new LimitsRequest { MaxTurns = asked },
        };
        var start = ThreadStart.Create("t", request, LimitPolicy.Standard, "hash", SampleWorkflow.Noon);
        Assert.Equal(turns, start.Limits.MaxTurns);
    }

    private static void Fail(
        SampleWorkflow workflow, string step, EndState state, EndReason reason, IReadOnlyList<string>? failed, decimal cost = 0.1m) =>
        workflow.Ask(new EndStep("w-1", step, workflow.Run.Find(step)!.Attempt, SampleWorkflow.Result(step, state, reason, cost) with
        {
            Failed = failed,
        }));
}
