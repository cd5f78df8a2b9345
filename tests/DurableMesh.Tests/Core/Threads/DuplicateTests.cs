using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class DuplicateTests
{
    private static readonly SendMessageRequest Submission = new()
    {
        MessageId = "b-1",
        From = Dialogue.Builder,
        Kind = MessageKind.Submission,
        Body = JsonText.OfString("work"),
    };

    [Fact]
    public void The_same_message_again_is_a_duplicate_with_the_first_sequence()
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal(2, dialogue.Send(Submission).Sequence);
        var again = dialogue.Send(Submission with { SentAt = dialogue.Now });
        Assert.Equal((ReceiptKind.Duplicate, 2, "b-1"), (again.Kind, again.Sequence!.Value, again.MessageId));
        Assert.Empty(dialogue.Last.Entries);
    }

    [Fact]
    public void A_duplicate_of_the_verdict_that_ended_the_thread_is_still_a_duplicate()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        var verdict = new SendMessageRequest
        {
            MessageId = "v-1",
            From = Dialogue.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Partial,
        };
        Assert.Equal(ThreadPhase.Ended, dialogue.Send(verdict).ThreadState);
        var again = dialogue.Send(verdict);
        Assert.Equal((ReceiptKind.Duplicate, 3, ThreadPhase.Ended), (again.Kind, again.Sequence!.Value, again.ThreadState));
    }

    [Fact]
    public void The_same_id_with_other_content_is_a_conflict()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Send(Submission);
        foreach (var other in (SendMessageRequest[])
        [
            Submission with { Body = JsonText.OfString("other work") },
            Submission with { Kind = MessageKind.Note },
            Submission with { InReplyTo = 1 },
            Submission with { Usage = new Usage { InputTokens = 1 } },
            Submission with { Checks = [Dialogue.Pass("AC-1")] },
        ])
        {
            Assert.Equal(RejectReason.MessageConflict, dialogue.Send(other).Reason);
        }
    }

    [Fact]
    public void Two_senders_may_use_the_same_id()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Send(Submission);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Verifier, MessageKind.Note, "work", id: "b-1").Kind);
    }

    [Fact]
    public void A_rejected_message_may_be_sent_again_with_the_same_id()
    {
        var dialogue = Dialogue.Opened();
        Assert.Equal(RejectReason.NotYourTurn, dialogue.Send(Dialogue.Verifier, MessageKind.Question, id: "q").Reason);
        dialogue.Submit();
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Verifier, MessageKind.Question, id: "q").Kind);
    }

    [Fact]
    public void Only_the_last_256_messages_are_remembered()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxFindingsPerTurn = 1000 });
        dialogue.Send(Dialogue.Builder, MessageKind.Note, id: "first");
        for (var i = 0; i < RecentMessages.Capacity - 1; i++)
        {
            dialogue.Send(Dialogue.Builder, MessageKind.Note, id: $"n-{i}");
        }

        Assert.Equal(RecentMessages.Capacity, dialogue.State.Recent.Count);
        Assert.NotNull(dialogue.State.Recent.Find(Dialogue.Builder, "first"));
        dialogue.Send(Dialogue.Builder, MessageKind.Note, id: "last");
        Assert.Equal(RecentMessages.Capacity, dialogue.State.Recent.Count);
        Assert.Null(dialogue.State.Recent.Find(Dialogue.Builder, "first"));
        Assert.Equal("last", dialogue.State.Recent.InOrder.Last().MessageId);
    }

    [Fact]
    public void The_content_hash_depends_on_the_content_alone()
    {
        var request = Submission with { Body = JsonText.OfString(new string('x', 10_000)) };
        var message = IncomingMessage.Of(request, PriceTable.Empty, Dialogue.Start);
        var retry = IncomingMessage.Of(request with { SentAt = Dialogue.Start }, PriceTable.Empty, Dialogue.Start.AddDays(1));
        Assert.Equal(message.ContentHash, retry.ContentHash);
        Assert.Null(message.Body!.Inline);
        Assert.Equal(request.Body.Size, message.Body.Size);
    }

    [Theory]
    [InlineData(4094, true)]
    [InlineData(4095, false)]
    public void A_body_of_up_to_4_kib_travels_inline(int characters, bool inline)
    {
        var body = MessageBody.Of(JsonText.OfString(new string('x', characters)));
        Assert.Equal(inline, body.Inline is not null);
        Assert.Equal(characters + 2, body.Size);
    }
}
