using DurableMesh.Core.Gate;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Functions;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Tasks;

public sealed class ThreadOutcomeTests
{
    [Theory]
    [InlineData(GateOutcome.Denied, true)]
    [InlineData(GateOutcome.Approved, false)]
    [InlineData(GateOutcome.Held, false)]
    public void A_thread_is_refused_where_a_rule_of_the_gate_denied_it(GateOutcome gate, bool refused)
    {
        var report = new GateReport(gate, [new GateFinding("rule", gate, "It says so.")]);
        var thread = Decide(ThreadState.Starting(SampleThread.StartOf("thread")), new GateEvaluated(report));
        if (thread.Phase != ThreadPhase.Ended)
        {
            thread = Decide(thread, new CancelRequested("a person", "enough"));
        }

        var outcome = ThreadOutcome.Of(thread);

        Assert.Equal(refused, outcome.Refused);
        Assert.Equal(("101959", "thread", EndState.Blocked), (outcome.TaskId, outcome.ThreadId, outcome.EndState));
        Assert.Equal(thread.Start.EvidencePath, outcome.Evidence);
    }

    [Fact]
    public void A_thread_that_a_person_denied_was_not_refused_by_a_rule()
    {
        var held = new GateReport(GateOutcome.Held, [new GateFinding("rule", GateOutcome.Held, "Ask.")]);
        var thread = Decide(ThreadState.Starting(SampleThread.StartOf("thread")), new GateEvaluated(held));

        thread = Decide(thread, new GateDecided("anna", HoldDecision.Deny, "no"));

        Assert.Equal((EndReason.GateDenied, false), (thread.Reason!.Value, ThreadOutcome.Of(thread).Refused));
    }

    [Fact]
    public void A_thread_that_runs_has_no_outcome() =>
        Assert.Throws<InvalidOperationException>(() => ThreadOutcome.Of(ThreadState.Starting(SampleThread.StartOf("thread"))));

    private static ThreadState Decide(ThreadState state, ThreadInput input) =>
        ThreadRules.Decide(state, input, SampleThread.Noon).State;
}
