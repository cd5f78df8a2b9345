using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class EndingsTests
{
    [Fact]
    public void A_supported_pass_ends_the_thread_as_pass()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        var receipt = dialogue.Judge(Verdict.Pass, Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2"));
        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Ended), (receipt.Kind, receipt.ThreadState));
        AssertEnded(dialogue, EndState.Pass, EndReason.Verified);
        Assert.Equal(new CheckCounts(2, 0, 2), dialogue.State.View().Checks);
        Assert.True(dialogue.State.View().Evidence.Final);
    }

    public static TheoryData<string, Check[]> UnsupportedPasses() => new()
    {
        { "no checks", [] },
        { "half covered", [Dialogue.Pass("AC-1")] },
        { "one skipped", [Dialogue.Pass("AC-1"), new Check { Id = "AC-2", Status = CheckStatus.Skipped, Detail = "d" }] },
        { "one failed", [Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2")] },
        { "no evidence", [Dialogue.Pass("AC-1", null), Dialogue.Pass("AC-2", " ")] },
        { "only the optional one", [Dialogue.Pass("AC-3")] },
        { "a required check of its own fails", [.. Both, new Check { Id = "X", Status = CheckStatus.Fail, Required = true }] },
        { "declared optional by the verifier", [Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2") with { Required = false }] },
        { "passed and failed at once", [.. Both, Dialogue.Fail("AC-2")] },
    };

    private static Check[] Both => [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")];

    [Theory]
    [MemberData(nameof(UnsupportedPasses))]
    public void An_unsupported_pass_is_rejected_and_the_thread_goes_on(string why, Check[] checks)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        Assert.True(dialogue.Judge(Verdict.Pass, checks).Reason == RejectReason.UnsupportedPass, why);
        Assert.Equal((ThreadPhase.Open, Dialogue.Verifier), (dialogue.State.Phase, dialogue.State.Awaiting));
        Assert.Equal(ReceiptKind.Accepted, dialogue.Judge(Verdict.Pass, Both).Kind);
    }

    [Fact]
    public void An_artifact_is_evidence_enough()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Send(new()
        {
            MessageId = "v",
            From = Dialogue.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Pass,
            Checks = [Dialogue.Pass("AC-1", null), Dialogue.Pass("AC-2", null)],
            Artifacts = [new Artifact { Name = "log", Sha256 = new string('a', 64) }],
        });
        AssertEnded(dialogue, EndState.Pass, EndReason.Verified);
    }

    [Fact]
    public void An_optional_criterion_may_fail()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(Verdict.Pass, [.. Both, Dialogue.Fail("AC-3")]);
        AssertEnded(dialogue, EndState.Pass, EndReason.Verified);
    }

    [Theory]
    [InlineData(Verdict.Partial, EndState.Partial, EndReason.PartiallyVerified)]
    [InlineData(Verdict.Blocked, EndState.Blocked, EndReason.VerifierBlocked)]
    public void Partial_and_blocked_end_the_thread(Verdict verdict, EndState endState, EndReason reason)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(verdict);
        AssertEnded(dialogue, endState, reason);
    }

    [Fact]
    public void After_the_end_every_further_send_is_rejected()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Decide(new CancelRequested("me", "enough"));
        foreach (var kind in Enum.GetValues<MessageKind>())
        {
            Assert.Equal(RejectReason.ThreadEnded, dialogue.Send(Dialogue.Builder, kind).Reason);
        }

    }

    [Fact]
    public void The_deadline_ends_the_thread_as_blocked_where_nothing_passed()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Now = dialogue.State.Deadline;
        dialogue.Decide(new AlarmRang());
        AssertEnded(dialogue, EndState.Blocked, EndReason.TtlExpired);
    }

    [Fact]
    public void The_deadline_ends_the_thread_as_partial_where_the_last_verdict_had_a_pass()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        dialogue.Now = dialogue.State.Deadline;
        dialogue.Decide(new AlarmRang());
        AssertEnded(dialogue, EndState.Partial, EndReason.TtlExpired);
    }

    [Fact]
    public void A_timer_that_fires_early_or_after_the_end_changes_nothing()
    {
        var dialogue = Dialogue.Opened();
        Assert.Empty(dialogue.Decide(new AlarmRang()).Events);
        dialogue.Decide(new CancelRequested("me", "enough"));
        dialogue.Now = dialogue.State.Deadline;
        Assert.Empty(dialogue.Decide(new AlarmRang()).Events);
        Assert.Equal(EndReason.Cancelled, dialogue.State.Reason);
    }

    [Fact]
    public void A_message_after_the_deadline_ends_the_thread_even_where_the_timer_is_late()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Now = dialogue.State.Deadline;
        Assert.Equal(RejectReason.ThreadEnded, dialogue.Submit().Reason);
        AssertEnded(dialogue, EndState.Blocked, EndReason.TtlExpired);
    }

    [Theory]
    [InlineData(GateOutcome.Approved)]
    [InlineData(GateOutcome.Held)]
    public void A_cancel_is_always_possible_and_twice_is_once(GateOutcome gate)
    {
        var dialogue = new Dialogue();
        dialogue.Decide(new GateEvaluated(new GateReport(gate, [])));
        Assert.Equal(ReceiptKind.Accepted, dialogue.Decide(new CancelRequested("me", "enough")).Receipt!.Kind);
        AssertEnded(dialogue, EndState.Blocked, EndReason.Cancelled);
        Assert.Equal(("me", "enough"), (((ThreadEnded)dialogue.Last.Events[^1]).By, dialogue.State.Detail));
        Assert.Empty(dialogue.Decide(new CancelRequested("me", "enough")).Events);
    }

    [Fact]
    public void A_thread_that_ends_before_the_gate_spoke_still_has_an_opening()
    {
        var dialogue = new Dialogue();
        var events = dialogue.Decide(new CancelRequested("me", "enough")).Events;
        Assert.Equal(GateOutcome.NotEvaluated, Assert.IsType<ThreadOpening>(events[0]).Gate.Outcome);
        Assert.IsType<ThreadEnded>(events[1]);
        Assert.Empty(dialogue.Decide(new GateEvaluated(new GateReport(GateOutcome.Approved, []))).Events);
    }

    [Theory]
    [InlineData(EndReason.InternalError)]
    [InlineData(EndReason.AgentUnreachable)]
    public void A_fault_of_the_system_ends_the_thread_as_blocked(EndReason reason)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Decide(new SystemFault(reason, new string('x', 5000)));
        AssertEnded(dialogue, EndState.Blocked, reason);
        Assert.InRange(dialogue.State.Detail!.Length, 900, 1100);
    }

    [Fact]
    public void A_fault_that_is_found_after_the_deadline_is_what_ended_the_thread()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Now = dialogue.State.Deadline;
        dialogue.Decide(new SystemFault(EndReason.InternalError, "stopped"));
        AssertEnded(dialogue, EndState.Blocked, EndReason.InternalError);
        Assert.Equal("stopped", dialogue.State.Detail);
    }

    internal static void AssertEnded(Dialogue dialogue, EndState endState, EndReason reason)
    {
        Assert.Equal(
            (ThreadPhase.Ended, endState, reason),
            (dialogue.State.Phase, dialogue.State.EndState!.Value, dialogue.State.Reason!.Value));
        Assert.NotNull(dialogue.State.EndedAt);
        Assert.Null(dialogue.State.Awaiting);
        Assert.IsType<ThreadEnded>(dialogue.Decisions.Last(decision => decision.Events.Count > 0).Events[^1]);
    }
}
