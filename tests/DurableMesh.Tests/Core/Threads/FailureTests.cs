using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

/// <summary>A party that has the move and cannot answer says so, and nobody waits for it any more.</summary>
public sealed class FailureTests
{
    private readonly Dialogue _dialogue = Dialogue.Opened();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_party_whose_move_it_is_ends_the_thread_and_says_why(bool byVerifier)
    {
        if (byVerifier)
        {
            _dialogue.Submit();
        }

        var from = byVerifier ? Dialogue.Verifier : Dialogue.Builder;
        var receipt = _dialogue.Send(from, MessageKind.Failure, "The command ended with 127: not found.", cost: 0.1m);

        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Ended), (receipt.Kind, receipt.ThreadState));
        EndingsTests.AssertEnded(_dialogue, EndState.Blocked, EndReason.AgentUnreachable);
        var end = Assert.IsType<ThreadEnded>(_dialogue.Last.Events[^1]);
        Assert.Equal(("The command ended with 127: not found.", "agent:" + from), (end.Detail, end.By));
        Assert.Equal(0.1m, _dialogue.State.TotalUsage().CostUsd);
        Assert.Equal(byVerifier ? 2 : 1, _dialogue.State.Turns);
        AssertHolds();
    }

    [Fact]
    public void What_passed_before_does_not_make_it_partial()
    {
        _dialogue.Submit();
        _dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        _dialogue.Send(Dialogue.Builder, MessageKind.Failure, "away", cost: 5m);

        EndingsTests.AssertEnded(_dialogue, EndState.Blocked, EndReason.AgentUnreachable);
        AssertHolds();
    }

    [Fact]
    public void Only_the_party_whose_move_it_is_gives_up()
    {
        Assert.Equal(RejectReason.NotYourTurn, _dialogue.Send(Dialogue.Verifier, MessageKind.Failure, "away").Reason);
        Assert.Equal(RejectReason.NotAParty, _dialogue.Send("stranger", MessageKind.Failure, "away").Reason);
        Assert.Equal(ThreadPhase.Open, _dialogue.State.Phase);
    }

    [Fact]
    public void A_failure_without_a_reason_is_none()
    {
        Assert.Equal(RejectReason.WrongKind, _dialogue.Send(Dialogue.Builder, MessageKind.Failure).Reason);
        Assert.Equal(
            RejectReason.WrongKind,
            _dialogue.Send(new()
            {
                MessageId = "f",
                From = Dialogue.Builder,
                Kind = MessageKind.Failure,
                Body = JsonText.OfString("away"),
                Verdict = Verdict.Blocked,
            }).Reason);
    }

    [Theory]
    [InlineData(999, 1000)]
    [InlineData(1000, 1001)]
    [InlineData(1500, 1001)]
    public void A_long_reason_is_cut_between_two_characters(int before, int length)
    {
        _dialogue.Send(Dialogue.Builder, MessageKind.Failure, new string('x', before) + "\U0001F680\U0001F680");

        Assert.Equal(length, _dialogue.State.Detail!.Length);
        AssertHolds();
    }

    [Fact]
    public void Of_a_reason_that_does_not_travel_with_its_message_the_beginning_does()
    {
        _dialogue.Send(Dialogue.Builder, MessageKind.Failure, new string('x', 1000) + new string('y', 4000));

        Assert.Equal(new string('x', 1000) + "…", _dialogue.State.Detail);
        AssertHolds();
    }

    private void AssertHolds() => Assert.Empty(EvidenceVerifier.Verify(
        EvidenceFile.Of([.. _dialogue.Decisions.SelectMany(decision => decision.Entries)]).ToUtf8()).Findings);
}
