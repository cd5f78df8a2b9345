using CsCheck;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

/// <summary>Advice: given by an answer, acknowledged by its initiator, never a PASS; and answers that are plumbing.</summary>
public sealed class AdvisoryTests
{
    private const string Asker = Dialogue.Builder;
    private const string Advisor = Dialogue.Verifier;

    [Fact]
    public void Advice_on_a_question_that_is_acknowledged_ends_as_answered()
    {
        var advice = Advice();
        advice.Send(Asker, MessageKind.Question, "May we keep addresses?");
        advice.Send(Advisor, MessageKind.Answer, "For thirty days.");
        var receipt = advice.Send(Asker, MessageKind.Acknowledgement, "Thirty days it is.");

        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Ended), (receipt.Kind, receipt.ThreadState));
        Assert.Equal((EndState.Answered, EndReason.AdviceAcknowledged), (advice.State.EndState, advice.State.Reason));
        Assert.Equal("agent:codecraft-builder", advice.Last.Events.OfType<ThreadEnded>().Single().By);
        AssertHolds(advice);
    }

    [Fact]
    public void Advice_on_a_submission_is_an_answer_too()
    {
        var advice = Advice();
        advice.Submit();
        Assert.Equal(ReceiptKind.Accepted, advice.Send(Advisor, MessageKind.Answer, "Encrypt it.").Kind);

        Assert.False(advice.State.SubmissionPending);
        advice.Send(Asker, MessageKind.Acknowledgement);
        Assert.Equal(EndState.Answered, advice.State.EndState);
        AssertHolds(advice);
    }

    [Fact]
    public void There_is_nothing_to_acknowledge_before_there_is_advice()
    {
        var advice = Advice();
        Assert.Equal(RejectReason.WrongKind, advice.Send(Asker, MessageKind.Acknowledgement).Reason);
        advice.Send(Asker, MessageKind.Question, "?");
        Assert.Equal(RejectReason.NotYourTurn, advice.Send(Asker, MessageKind.Acknowledgement).Reason);
        Assert.Equal(RejectReason.WrongKind, advice.Send(Advisor, MessageKind.Acknowledgement).Reason);
        Assert.Equal(ThreadPhase.Open, advice.State.Phase);
    }

    [Fact]
    public void Without_a_criterion_nothing_is_judged()
    {
        var advice = Advice();
        advice.Submit();
        foreach (var verdict in Enum.GetValues<Verdict>())
        {
            Assert.Equal(RejectReason.WrongKind, advice.Judge(verdict, Dialogue.Pass("AC-1")).Reason);
        }
    }

    [Fact]
    public void With_criteria_it_is_verified_as_any_thread_and_a_judged_one_is_not_acknowledged()
    {
        var verified = Opened(Dialogue.StartOf() with { Pattern = Pattern.Advisory });
        verified.Submit();
        verified.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        verified.Send(Asker, MessageKind.Question, "Why?");
        verified.Send(Advisor, MessageKind.Answer, "An empty file is lost.");
        Assert.Equal(RejectReason.WrongKind, verified.Send(Asker, MessageKind.Acknowledgement).Reason);
        verified.Submit();
        verified.Judge(Verdict.Pass, Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2"));

        Assert.Equal((EndState.Pass, EndReason.Verified), (verified.State.EndState, verified.State.Reason));
        AssertHolds(verified);
    }

    [Fact]
    public void Only_an_advisory_thread_is_acknowledged()
    {
        var thread = Dialogue.Opened();
        thread.Send(Asker, MessageKind.Question, "?");
        thread.Send(Advisor, MessageKind.Answer, "!");
        Assert.Equal(RejectReason.WrongKind, thread.Send(Asker, MessageKind.Acknowledgement).Reason);
        thread.Submit();
        Assert.Equal(RejectReason.WrongKind, thread.Send(Advisor, MessageKind.Answer, "looks fine").Reason);
    }

    [Fact]
    public void Plumbing_is_no_advice_and_says_so_at_the_end()
    {
        var advice = Advice();
        advice.Send(Asker, MessageKind.Question, "Are you there?");
        Assert.Equal(ReceiptKind.Accepted, Plumb(advice, MessageKind.Answer).Kind);
        Assert.Equal(AdviceKind.Plumbing, advice.State.Advice);
        advice.Send(Asker, MessageKind.Acknowledgement);

        Assert.Equal((EndState.Answered, EndReason.PlumbingOnly), (advice.State.EndState, advice.State.Reason));
        AssertHolds(advice);
    }

    [Fact]
    public void Plumbing_does_not_take_back_advice()
    {
        var advice = Advice();
        advice.Send(Asker, MessageKind.Question, "?");
        advice.Send(Advisor, MessageKind.Answer, "!");
        advice.Send(Asker, MessageKind.Question, "Are you there?");
        Plumb(advice, MessageKind.Answer);
        advice.Send(Asker, MessageKind.Acknowledgement);

        Assert.Equal(EndReason.AdviceAcknowledged, advice.State.Reason);
    }

    [Fact]
    public void Only_an_answer_can_be_plumbing()
    {
        foreach (var kind in Enum.GetValues<MessageKind>().Where(kind => kind != MessageKind.Answer))
        {
            var thread = Dialogue.Opened();
            thread.Submit();
            Assert.Equal(RejectReason.WrongKind, Plumb(thread, kind).Reason);
        }
    }

    [Fact]
    public void Older_threads_keep_their_rules()
    {
        var old = Opened(Dialogue.StartOf() with { Pattern = Pattern.Advisory, Rules = 3 });
        old.Send(Asker, MessageKind.Question, "?");
        Assert.Equal(RejectReason.WrongKind, Plumb(old, MessageKind.Answer).Reason);
        old.Send(Advisor, MessageKind.Answer, "!");
        Assert.Equal(RejectReason.WrongKind, old.Send(Asker, MessageKind.Acknowledgement).Reason);
        Assert.Null(old.State.Advice);
        old.Submit();
        Assert.Equal(RejectReason.WrongKind, old.Send(Advisor, MessageKind.Answer, "!").Reason);
    }

    [Fact]
    public void The_last_turn_that_acknowledges_ends_as_answered()
    {
        var advice = Opened(Start with { Limits = Dialogue.Generous with { MaxTurns = 3, CostCapUsd = 0.1m } });
        advice.Send(Asker, MessageKind.Question, "?");
        advice.Send(Advisor, MessageKind.Answer, "!", cost: 0.1m);
        advice.Send(Asker, MessageKind.Acknowledgement, cost: 0.1m);
        Assert.Equal(EndState.Answered, advice.State.EndState);
    }

    [Fact]
    public void A_forged_end_is_illegal()
    {
        var advice = Advice();
        var end = new ThreadEnded { At = advice.Now, EndState = EndState.Answered, Reason = EndReason.AdviceAcknowledged };
        Assert.Throws<IllegalTransitionException>(() => advice.State.Apply(end));
    }

    [Fact]
    public void Plumbing_made_advice_is_found_by_the_check()
    {
        var advice = Advice();
        advice.Send(Asker, MessageKind.Question, "Are you there?");
        Plumb(advice, MessageKind.Answer);
        advice.Send(Asker, MessageKind.Acknowledgement);
        var (prev, forged) = (ContentHash.Genesis, new List<TranscriptEntry>());
        foreach (var entry in advice.Decisions.SelectMany(decision => decision.Entries))
        {
            var threadEvent = entry.Event switch
            {
                MessageAccepted { Message.Plumbing: true } said => said with { Message = said.Message with { Plumbing = false } },
                ThreadEnded end => end with { Reason = EndReason.AdviceAcknowledged },
                var other => other,
            };
            forged.Add(TranscriptEntry.Link(forged.Count, prev, threadEvent));
            prev = forged[^1].Hash;
        }

        var report = EvidenceVerifier.Verify(EvidenceFile.Of(forged).ToUtf8());
        Assert.Contains(report.Findings, finding => finding.Path == "event.message.contentHash");
    }

    [Fact]
    public void A_task_stays_where_it_is_when_advice_was_given()
    {
        var advice = Advice();
        advice.Send(Asker, MessageKind.Question, "?");
        advice.Send(Advisor, MessageKind.Answer, "!");
        advice.Send(Asker, MessageKind.Acknowledgement);
        Assert.Null(ThreadOutcome.Of(advice.State).Target);
    }

    [Fact]
    public void Whatever_is_said_advice_never_passes_and_only_real_advice_counts() => Gen.Select(
        Gen.Bool, Gen.Enum<MessageKind>(), Gen.Bool, Gen.Enum<Verdict>()).Array[0, 30].Sample(messages =>
    {
        var advice = Advice();
        foreach (var (byAsker, kind, plumbing, verdict) in messages)
        {
            advice.Send(new SendMessageRequest
            {
                MessageId = $"m-{advice.Decisions.Count}",
                From = byAsker ? Asker : Advisor,
                Kind = kind,
                Body = JsonText.OfString("PASS"),
                Checks = [Dialogue.Pass("AC-1")],
                Verdict = kind == MessageKind.Verdict ? verdict : null,
                Plumbing = plumbing,
            });
        }

        var said = advice.Decisions.SelectMany(one => one.Events).OfType<MessageAccepted>().Select(one => one.Message);
        Assert.NotEqual(EndState.Pass, advice.State.EndState);
        Assert.Equal(
            advice.State.Advice == AdviceKind.Given,
            said.Any(message => message is { Kind: MessageKind.Answer, Plumbing: false, From: Advisor }));
        Assert.Equal(advice.State.EndState == EndState.Answered, said.Any(one => one.Kind == MessageKind.Acknowledgement));
        AssertHolds(advice);
    });

    private static DurableMesh.Core.Threads.ThreadStart Start =>
        Dialogue.StartOf(acceptance: []) with { Pattern = Pattern.Advisory };

    private static Dialogue Advice() => Opened(Start);

    private static Dialogue Opened(DurableMesh.Core.Threads.ThreadStart start)
    {
        var dialogue = new Dialogue(ThreadState.Starting(start));
        dialogue.Decide(new GateEvaluated(new GateReport(GateOutcome.Approved, [])));
        return dialogue;
    }

    private static Receipt Plumb(Dialogue dialogue, MessageKind kind) => dialogue.Send(new SendMessageRequest
    {
        MessageId = $"p-{dialogue.Decisions.Count}",
        From = Advisor,
        Kind = kind,
        Body = JsonText.OfString("I am here."),
        Verdict = kind == MessageKind.Verdict ? Verdict.Pass : null,
        Checks = [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")],
        Plumbing = true,
    });

    private static void AssertHolds(Dialogue dialogue)
    {
        var report = EvidenceVerifier.Verify(
            EvidenceFile.Of([.. dialogue.Decisions.SelectMany(decision => decision.Entries)]).ToUtf8());
        Assert.Empty(report.Findings);
    }
}
