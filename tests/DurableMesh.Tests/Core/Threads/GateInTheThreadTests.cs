using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class GateInTheThreadTests
{
    private static readonly GateReport Denial = new(
        GateOutcome.Denied,
        [new("a", GateOutcome.Approved, "Holds."), new("b", GateOutcome.Denied, "No."), new("c", GateOutcome.Denied, "Never.")]);

    [Fact]
    public void A_denied_thread_ends_blocked_with_every_objection_and_no_message()
    {
        var dialogue = new Dialogue();
        dialogue.Decide(new GateEvaluated(Denial));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.GateDenied);
        Assert.Equal("No. Never.", dialogue.State.Detail);
        Assert.Equal(0, dialogue.State.Messages);
        Assert.Equal(2, dialogue.State.Entries);
    }

    [Fact]
    public void A_held_thread_takes_no_message_and_opens_when_approved()
    {
        var dialogue = Held();
        Assert.Equal(RejectReason.ThreadNotOpen, dialogue.Submit().Reason);
        Assert.Null(dialogue.State.View().Awaiting);
        var receipt = dialogue.Decide(new GateDecided("anna", HoldDecision.Approve, "fine")).Receipt!;
        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Open), (receipt.Kind, receipt.ThreadState));
        Assert.Equal(2, dialogue.Submit().Sequence);
    }

    [Fact]
    public void A_held_thread_ends_when_denied()
    {
        var dialogue = Held();
        dialogue.Decide(new GateDecided("anna", HoldDecision.Deny, "not now"));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.GateDenied);
        Assert.Equal("not now", dialogue.State.Detail);
    }

    [Fact]
    public void A_held_thread_expires()
    {
        var dialogue = Held();
        dialogue.Now = dialogue.State.Deadline;
        Assert.Equal(
            RejectReason.NotHeld,
            dialogue.Decide(new GateDecided("anna", HoldDecision.Approve, "late")).Receipt!.Reason);
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.GateExpired);
    }

    [Fact]
    public void A_thread_that_is_not_held_cannot_be_decided()
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal(RejectReason.NotHeld, dialogue.Decide(new GateDecided("anna", HoldDecision.Deny, "no")).Receipt!.Reason);
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
    }

    [Fact]
    public void The_gate_speaks_once()
    {
        var dialogue = Dialogue.Opened();
        Assert.Empty(dialogue.Decide(new GateEvaluated(Denial)).Events);
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
    }

    private static Dialogue Held()
    {
        var dialogue = new Dialogue();
        dialogue.Decide(new GateEvaluated(new GateReport(GateOutcome.Held, [])));
        Assert.Equal(ThreadPhase.Held, dialogue.State.Phase);
        return dialogue;
    }
}
