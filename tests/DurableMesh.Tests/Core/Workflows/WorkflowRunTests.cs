using CsCheck;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.Core.Workflows;

public sealed class WorkflowRunTests
{
    private const string Parallel = """
        {"name":"n","actor":"codecraft-builder","limits":{"costCapUsd":9},"steps":[
          {"id":"a","company":"proveo","title":"t","prompt":"p","endState":"PASS"},
          {"id":"b","company":"proveo","title":"t","prompt":"p","endState":"PASS","after":[]},
          {"id":"c","company":"securion","title":"t","prompt":"p","endState":"ANSWERED","after":["a","b"]}]}
        """;

    [Fact]
    public void Steps_begin_in_their_order_and_all_reached_with_a_pass_is_PASS()
    {
        var workflow = SampleWorkflow.Begun();
        foreach (var (step, state, reason) in Good)
        {
            Assert.Equal(step, Assert.Single(workflow.StartAll()).Step);
            workflow.End(step, state, reason);
        }

        Assert.Equal((EndState.Pass, WorkflowReason.Completed), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Equal(0.3m, workflow.Run.SpentUsd);
        Assert.True(WorkflowPlan.Next(workflow.Run).IsOver);
    }

    [Fact]
    public void What_is_left_goes_down_and_cost_comes_up()
    {
        var workflow = SampleWorkflow.Begun();
        Assert.Equal(3m, Assert.Single(workflow.StartAll()).CostCapUsd);
        Assert.Equal(0, workflow.Run.LeftUsd);
        workflow.End("build", EndState.Pass, cost: 1.25m);
        Assert.Equal(1.75m, Assert.Single(workflow.StartAll()).CostCapUsd);
    }

    [Fact]
    public void Steps_side_by_side_share_what_is_left()
    {
        var workflow = SampleWorkflow.Begun(Parallel);
        Assert.Equal([("a", 4.5m), ("b", 4.5m)], workflow.StartAll().Select(move => (move.Step, move.CostCapUsd)));
        workflow.End("b", EndState.Pass);
        Assert.Empty(workflow.StartAll());
        workflow.End("a", EndState.Pass);
        Assert.Equal(("c", 8.8m), Assert.Single(workflow.StartAll()) is var move ? (move.Step, move.CostCapUsd) : default);
    }

    [Fact]
    public void A_cap_of_its_own_and_the_policys_bound_a_step()
    {
        var capped = SampleWorkflow.Begun(SampleWorkflow.Three.Replace(
            "\"id\": \"build\",", "\"id\": \"build\", \"limits\": {\"costCapUsd\": 0.5},", StringComparison.Ordinal));
        Assert.Equal(0.5m, Assert.Single(capped.StartAll()).CostCapUsd);
        var maximum = SampleWorkflow.Begun(SampleWorkflow.Three.Replace("\"costCapUsd\": 3", "\"costCapUsd\": 500", StringComparison.Ordinal));
        Assert.Equal(100m, Assert.Single(maximum.StartAll()).CostCapUsd);
    }

    [Fact]
    public void A_budget_that_pays_no_further_turn_ends_it()
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        workflow.End("build", EndState.Pass, cost: 3.2m);
        Assert.Equal((EndState.Partial, WorkflowReason.CostCap), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Equal(StepPhase.Skipped, workflow.Run.Find("verify")!.Phase);
    }

    [Theory]
    [InlineData(EndState.Partial, EndState.Partial, WorkflowReason.StepPartial)]
    [InlineData(EndState.Blocked, EndState.Blocked, WorkflowReason.StepBlocked)]
    [InlineData(EndState.Answered, EndState.Partial, WorkflowReason.StepPartial)]
    public void Trouble_ends_it_as_the_step_ended(EndState step, EndState workflowState, WorkflowReason reason)
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        workflow.End("build", step, EndReason.AdviceAcknowledged);
        Assert.Equal((workflowState, reason), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Equal(StepPhase.Failed, workflow.Run.Find("build")!.Phase);
    }

    [Fact]
    public void Trouble_cancels_what_runs_beside_it_before_it_ends()
    {
        var workflow = SampleWorkflow.Begun(Parallel);
        workflow.StartAll();
        workflow.End("a", EndState.Blocked, EndReason.VerifierBlocked);
        Assert.Null(workflow.Run.Ended);
        var moves = WorkflowPlan.Next(workflow.Run);
        Assert.True(moves.IsStopping);
        Assert.Equal("b", Assert.Single(moves.Live).Step);
        workflow.End("b", EndState.Blocked, EndReason.Cancelled);
        Assert.Equal(EndState.Blocked, workflow.Run.Ended!.EndState);
    }

    [Fact]
    public void A_hold_waits_and_a_person_lets_go_on_but_never_to_PASS()
    {
        var workflow = Held();
        Assert.Null(workflow.Run.Ended);
        Assert.Empty(WorkflowPlan.Next(workflow.Run).Live);
        Assert.Null(Decide(workflow, StepDecision.GoOn));
        foreach (var (step, state, reason) in Good.Skip(1))
        {
            workflow.StartAll();
            workflow.End(step, state, reason);
        }

        Assert.Equal(EndState.Partial, workflow.Run.Ended!.EndState);
    }

    [Fact]
    public void A_held_step_is_tried_again_in_a_new_thread_and_its_cost_adds_up()
    {
        var workflow = Held();
        Assert.Null(Decide(workflow, StepDecision.Again));
        var move = Assert.Single(workflow.StartAll());
        Assert.Equal(("build", 2), (move.Step, move.Attempt));
        workflow.End("build", EndState.Pass);
        Assert.Equal(0.2m, workflow.Run.SpentUsd);
        Assert.Equal(StepPhase.Done, workflow.Run.Find("build")!.Phase);
    }

    [Fact]
    public void A_held_step_ends_it_where_a_person_says_so()
    {
        var workflow = Held();
        Assert.Null(Decide(workflow, StepDecision.End));
        Assert.Equal((EndState.Blocked, WorkflowReason.StepBlocked), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Equal("not_held", Decide(workflow, StepDecision.End)!.Code);
    }

    [Fact]
    public void A_cancel_starts_nothing_more_and_waits_for_what_runs()
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        Assert.Null(workflow.Ask(new StopWorkflow("w-1", WorkflowReason.Cancelled, "enough")));
        Assert.Null(workflow.Run.Ended);
        workflow.End("build", EndState.Blocked, EndReason.Cancelled);
        Assert.Equal((EndState.Blocked, WorkflowReason.Cancelled), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
        Assert.Null(workflow.Ask(new StopWorkflow("w-1", WorkflowReason.Cancelled, "again")));
    }

    [Fact]
    public void Asked_twice_is_asked_once()
    {
        var workflow = SampleWorkflow.Begun();
        var move = Assert.Single(WorkflowPlan.Startable(workflow.Run));
        var start = new StartStep("w-1", move, "t", []);
        workflow.Ask(start);
        var entries = workflow.Run.Entries.Count;
        Assert.Null(workflow.Ask(start));
        workflow.End("build", EndState.Pass);
        Assert.Null(workflow.Ask(new EndStep("w-1", "build", 1, SampleWorkflow.Result("build", EndState.Blocked, EndReason.Cancelled, 1))));
        Assert.Null(workflow.Ask(start));
        Assert.Equal(entries + 1, workflow.Run.Entries.Count);
        Assert.Equal(EndState.Pass, workflow.Run.Find("build")!.Result!.EndState);
    }

    [Fact]
    public void A_step_out_of_order_or_beyond_the_budget_is_refused()
    {
        var workflow = SampleWorkflow.Begun();
        Assert.Equal("step_not_ready", workflow.Ask(new StartStep("w-1", new StepMove("verify", 1, 1), "t", []))!.Code);
        Assert.Equal("step_not_ready", workflow.Ask(new StartStep("w-1", new StepMove("build", 1, 3.01m), "t", []))!.Code);
        Assert.Equal("step_not_ready", workflow.Ask(new StartStep("w-1", new StepMove("build", 2, 1), "t", []))!.Code);
    }

    [Fact]
    public void The_same_start_again_is_the_same_run_and_another_is_refused()
    {
        var workflow = SampleWorkflow.Begun();
        Assert.Null(workflow.Ask(new BeginWorkflow(workflow.Run.Start)));
        Assert.Equal(
            "idempotency_conflict",
            workflow.Ask(new BeginWorkflow(workflow.Run.Start with { RequestHash = "other" }))!.Code);
        Assert.Single(workflow.Board.List());
    }

    [Fact]
    public void What_is_handed_on_goes_into_the_next_steps()
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        workflow.End("build", EndState.Pass);
        workflow.StartAll();
        var handed = Assert.Single(workflow.Run.Find("audit")!.HandedOn);
        Assert.Equal(("build", workflow.Run.Find("build")!.Result!.Head), (handed.Step, handed.Head));
        Assert.Equal("build.diff", Assert.Single(handed.Artifacts).Name);
        workflow.End("audit", EndState.Answered, EndReason.AdviceAcknowledged);
        workflow.StartAll();
        Assert.Equal(["audit"], workflow.Run.Find("verify")!.HandedOn.Select(one => one.Step));
    }

    [Fact]
    public void Plumbing_reaches_nothing_where_agents_are_wanted()
    {
        var workflow = SampleWorkflow.Begun();
        workflow.StartAll();
        workflow.End("build", EndState.Pass);
        workflow.StartAll();
        workflow.End("audit", EndState.Answered, EndReason.PlumbingOnly);
        Assert.Equal((EndState.Blocked, WorkflowReason.StepBlocked), (workflow.Run.Ended!.EndState, workflow.Run.Ended.Reason));
    }

    [Fact]
    public void A_run_of_plumbing_is_ANSWERED_and_handed_over_only_when_that_is_said()
    {
        var workflow = Plumbed();
        Assert.Equal(EndState.Answered, workflow.Run.Ended!.EndState);
        Assert.Equal("plumbing_only", workflow.Ask(new FinalizeWorkflow("w-1", Plumbing: false, null))!.Code);
        Assert.Null(workflow.Ask(new FinalizeWorkflow("w-1", Plumbing: true, "a rehearsal")));
        Assert.True(workflow.Run.Finalized!.Plumbing);
        Assert.Null(workflow.Ask(new FinalizeWorkflow("w-1", Plumbing: false, null)));
    }

    [Fact]
    public void Only_what_came_to_its_end_is_handed_over()
    {
        var workflow = Held();
        Assert.Equal("workflow_not_ended", workflow.Ask(new FinalizeWorkflow("w-1", Plumbing: true, null))!.Code);
        Decide(workflow, StepDecision.End);
        Assert.Equal("workflow_not_passed", workflow.Ask(new FinalizeWorkflow("w-1", Plumbing: true, null))!.Code);
    }

    [Fact]
    public void An_event_that_does_not_follow_is_illegal()
    {
        var run = SampleWorkflow.Begun().Run;
        var end = new WorkflowEnded { At = SampleWorkflow.Noon, EndState = EndState.Pass, Reason = WorkflowReason.Completed };
        Assert.Throws<IllegalTransitionException>(() => run.Apply(end).Apply(end));
        Assert.Throws<IllegalTransitionException>(() => run.Apply(new StepEnded
        {
            At = SampleWorkflow.Noon,
            Step = "build",
            Attempt = 1,
            Result = SampleWorkflow.Result("build", EndState.Pass, EndReason.Verified, 0),
        }));
    }

    [Fact]
    public void Whatever_comes_it_stays_within_its_budget_ends_and_never_passes_falsely() => Gen.Select(
        Gen.Int[0, 6], Gen.Enum<EndState>(), Gen.Enum<EndReason>(), Gen.Int[0, 200], Gen.Enum<StepDecision>(), Gen.Bool)
        .Array[0, 40].Sample(events =>
        {
            var workflow = SampleWorkflow.Begun(Parallel.Replace(
                "\"endState\":\"PASS\"", "\"endState\":\"PASS\",\"onBlocked\":\"hold\"", StringComparison.Ordinal));
            foreach (var (what, state, reason, cents, decision, first) in events)
            {
                var run = workflow.Run;
                var step = (first ? run.Steps.First() : run.Steps[1 + (cents % 2)]).Plan.Id;
                switch (what)
                {
                    case 0 or 1:
                        workflow.StartAll();
                        break;
                    case 2 or 3:
                        workflow.End(step, state, reason, cents / 100m);
                        break;
                    case 4:
                        workflow.Ask(new DecideStep("w-1", step, decision, "why"));
                        break;
                    case 5 when cents > 190:
                        workflow.Ask(new StopWorkflow("w-1", WorkflowReason.Cancelled, null));
                        break;
                    default:
                        workflow.Ask(new FinalizeWorkflow("w-1", first, null));
                        break;
                }

                run = workflow.Run;
                Assert.True(run.Steps.Where(one => one.Phase == StepPhase.Running).Sum(one => one.CostCapUsd) <= run.Start.CostCapUsd);
                if (run.Ended is { EndState: EndState.Pass })
                {
                    Assert.All(run.Steps, one => Assert.Equal(one.Plan.EndState, one.Result!.EndState));
                    Assert.Empty(run.Plumbing);
                }
            }

            var report = WorkflowEvidenceVerifier.Verify(WorkflowEvidence.Of(workflow.Run).ToUtf8());
            Assert.Empty(report.Findings);
        });

    internal static readonly (string Step, EndState State, EndReason Reason)[] Good =
    [
        ("build", EndState.Pass, EndReason.Verified),
        ("audit", EndState.Answered, EndReason.AdviceAcknowledged),
        ("verify", EndState.Pass, EndReason.Verified),
    ];

    private static SampleWorkflow Held()
    {
        var workflow = SampleWorkflow.Begun(SampleWorkflow.Three.Replace(
            "\"id\": \"build\",", "\"id\": \"build\", \"onBlocked\": \"hold\",", StringComparison.Ordinal));
        workflow.StartAll();
        workflow.End("build", EndState.Blocked, EndReason.VerifierBlocked);
        return workflow;
    }

    private static SampleWorkflow Plumbed()
    {
        var workflow = SampleWorkflow.Begun("""
            {"name":"n","actor":"codecraft-builder","responderMode":"plumbing","steps":[
              {"id":"a","company":"securion","title":"t","prompt":"p","endState":"ANSWERED"}]}
            """);
        workflow.StartAll();
        workflow.End("a", EndState.Answered, EndReason.PlumbingOnly);
        return workflow;
    }

    private static DurableMesh.Core.Changes.ChangeRefusal? Decide(SampleWorkflow workflow, StepDecision decision) =>
        workflow.Ask(new DecideStep("w-1", "build", decision, "I looked."));
}
