using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class MovesTests
{
    [Fact]
    public void The_brief_is_message_1_and_the_move_is_the_initiators()
    {
        var dialogue = Dialogue.Opened();
        var brief = Assert.IsType<MessageAccepted>(dialogue.Last.Events[1]).Message;
        Assert.Equal(
            (1, MessageKind.Brief, Dialogue.Builder, Dialogue.Verifier),
            (brief.Sequence, brief.Kind, brief.From, brief.To));
        Assert.Equal(Dialogue.Builder, dialogue.State.Awaiting);
        Assert.Equal((0, 0, 1), (dialogue.State.Turns, dialogue.State.Round, dialogue.State.Messages));
    }

    [Fact]
    public void The_brief_carries_the_criteria_as_checks_that_nobody_has_tried_yet()
    {
        var brief = Assert.IsType<MessageAccepted>(Dialogue.Opened().Last.Events[1]).Message;
        Assert.Equal(
            [("AC-1", "newline kept", true), ("AC-2", "empty file", true), ("AC-3", "fast", false)],
            brief.Checks.Select(check => (check.Id, check.Title, check.Required)));
        Assert.All(brief.Checks, check => Assert.Equal(CheckStatus.Skipped, check.Status));
    }

    [Fact]
    public void A_submission_hands_the_move_over_and_a_failing_verdict_hands_it_back()
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal((ReceiptKind.Accepted, 2), Short(dialogue.Submit()));
        Assert.Equal((Dialogue.Verifier, 1, 1), (dialogue.State.Awaiting, dialogue.State.Turns, dialogue.State.Round));
        Assert.Equal((ReceiptKind.Accepted, 3), Short(dialogue.Judge(Verdict.Fail, Dialogue.Fail("AC-1"))));
        Assert.Equal((Dialogue.Builder, 2, 1), (dialogue.State.Awaiting, dialogue.State.Turns, dialogue.State.Round));
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
    }

    [Theory]
    [InlineData(Dialogue.Builder)]
    [InlineData(Dialogue.Verifier)]
    public void A_question_hands_the_move_over_and_its_answer_hands_it_back(string asker)
    {
        var dialogue = Dialogue.Opened();
        if (asker == Dialogue.Verifier)
        {
            dialogue.Submit();
        }

        var other = dialogue.State.Start.Other(asker);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(asker, MessageKind.Question).Kind);
        Assert.Equal(other, dialogue.State.Awaiting);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(other, MessageKind.Answer).Kind);
        Assert.Equal(asker, dialogue.State.Awaiting);
    }

    [Fact]
    public void A_question_of_the_verifier_leaves_the_submission_to_be_judged()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Send(Dialogue.Verifier, MessageKind.Question);
        dialogue.Send(Dialogue.Builder, MessageKind.Answer);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Judge(Verdict.Fail).Kind);
    }

    [Fact]
    public void A_counter_question_leaves_the_first_one_open()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Send(Dialogue.Builder, MessageKind.Question);
        dialogue.Send(Dialogue.Verifier, MessageKind.Question);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Builder, MessageKind.Answer).Kind);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Verifier, MessageKind.Answer).Kind);
        Assert.Equal(Dialogue.Builder, dialogue.State.Awaiting);
        Assert.Equal(RejectReason.WrongKind, dialogue.Send(Dialogue.Builder, MessageKind.Answer).Reason);
    }

    [Theory]
    [InlineData(Dialogue.Builder, MessageKind.Finding)]
    [InlineData(Dialogue.Builder, MessageKind.Note)]
    [InlineData(Dialogue.Verifier, MessageKind.Finding)]
    [InlineData(Dialogue.Verifier, MessageKind.Note)]
    public void A_finding_or_note_may_be_sent_at_any_time_by_a_party_and_is_no_turn(string from, MessageKind kind)
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal((ReceiptKind.Accepted, 2), Short(dialogue.Send(from, kind)));
        dialogue.Submit();
        Assert.Equal((ReceiptKind.Accepted, 4), Short(dialogue.Send(from, kind)));
        Assert.Equal((1, Dialogue.Verifier), (dialogue.State.Turns, dialogue.State.Awaiting));
        Assert.Equal(kind == MessageKind.Finding ? 2 : 0, dialogue.State.Findings);
    }

    [Theory]
    [InlineData(MessageKind.Submission, RejectReason.WrongKind)]
    [InlineData(MessageKind.Verdict, RejectReason.NotYourTurn)]
    [InlineData(MessageKind.Question, RejectReason.NotYourTurn)]
    [InlineData(MessageKind.Answer, RejectReason.NotYourTurn)]
    [InlineData(MessageKind.Brief, RejectReason.WrongKind)]
    public void The_verifier_cannot_move_first(MessageKind kind, RejectReason reason)
    {
        var dialogue = Dialogue.Opened();
        var receipt = dialogue.Send(new()
        {
            MessageId = "m",
            From = Dialogue.Verifier,
            Kind = kind,
            Verdict = kind == MessageKind.Verdict ? Verdict.Fail : null,
        });
        Assert.Equal((ReceiptKind.Rejected, reason), (receipt.Kind, receipt.Reason!.Value));
        Assert.Empty(dialogue.Last.Events);
        Assert.Null(receipt.Sequence);
        Assert.NotNull(receipt.Detail);
    }

    [Theory]
    [InlineData(MessageKind.Submission)]
    [InlineData(MessageKind.Question)]
    public void The_builder_waits_for_the_verdict(MessageKind kind)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        Assert.Equal(RejectReason.NotYourTurn, dialogue.Send(Dialogue.Builder, kind).Reason);
    }

    [Theory]
    [InlineData(Verdict.Pass)]
    [InlineData(Verdict.Fail)]
    [InlineData(Verdict.Partial)]
    [InlineData(Verdict.Blocked)]
    public void The_builder_never_judges(Verdict verdict)
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal(RejectReason.WrongKind, Judge().Reason);
        dialogue.Submit();
        Assert.Equal(RejectReason.WrongKind, Judge().Reason);
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);

        Receipt Judge() => dialogue.Send(new()
        {
            MessageId = "v",
            From = Dialogue.Builder,
            Kind = MessageKind.Verdict,
            Verdict = verdict,
            Checks = [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")],
        });
    }

    [Theory]
    [InlineData(MessageKind.Verdict, null)]
    [InlineData(MessageKind.Question, Verdict.Pass)]
    [InlineData(MessageKind.Note, Verdict.Pass)]
    public void A_verdict_stands_on_a_verdict_and_only_there_also_past_the_reader(MessageKind kind, Verdict? verdict)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        var receipt = dialogue.Send(new() { MessageId = "v", From = Dialogue.Verifier, Kind = kind, Verdict = verdict });
        Assert.Equal(RejectReason.WrongKind, receipt.Reason);
    }

    [Fact]
    public void Without_a_submission_there_is_nothing_to_judge_but_the_verifier_may_give_up()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Send(Dialogue.Builder, MessageKind.Question);
        Assert.Equal(RejectReason.WrongKind, dialogue.Judge(Verdict.Pass, Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")).Reason);
        Assert.Equal(RejectReason.WrongKind, dialogue.Judge(Verdict.Fail).Reason);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Judge(Verdict.Blocked).Kind);
        Assert.Equal(EndReason.VerifierBlocked, dialogue.State.Reason);
    }

    [Fact]
    public void A_stranger_is_no_party()
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal(RejectReason.NotAParty, dialogue.Send("somebody", MessageKind.Note).Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-1)]
    public void A_reply_to_a_message_that_does_not_exist_is_rejected(int sequence)
    {
        var dialogue = Dialogue.Opened();
        var receipt = dialogue.Send(new()
        {
            MessageId = "m",
            From = Dialogue.Builder,
            Kind = MessageKind.Note,
            InReplyTo = sequence,
        });
        Assert.Equal(RejectReason.UnknownReply, receipt.Reason);
    }

    [Fact]
    public void Sequences_have_no_gaps_whatever_is_rejected_between()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Send("somebody", MessageKind.Note);
        Assert.Equal(2, dialogue.Submit().Sequence);
        dialogue.Submit();
        Assert.Equal(3, dialogue.Send(Dialogue.Verifier, MessageKind.Finding).Sequence);
    }

    private static (ReceiptKind, int) Short(Receipt receipt) => (receipt.Kind, receipt.Sequence ?? 0);
}
