using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

/// <summary>The day's budgets, and models without a price, as a message meets them.</summary>
public sealed class DayBudgetTests
{
    [Fact]
    public void A_message_that_misses_the_days_budget_is_turned_away_and_the_thread_goes_on()
    {
        var dialogue = Dialogue.Opened();

        Assert.Equal("DayBudget", Send(dialogue, 0.5m, spent: 0.6m).Reason.ToString());
        Assert.Equal((ThreadPhase.Open, 0m), (dialogue.State.Phase, dialogue.State.TotalUsage().CostUsd));
        Assert.Equal(ReceiptKind.Accepted, Send(dialogue, 0.5m, spent: 0.5m).Kind);
        AssertHolds(dialogue);
    }

    [Fact]
    public void A_message_counts_for_no_more_than_its_thread_can_hold_and_ends_its_own_thread_alone()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { CostCapUsd = 2m });

        var receipt = Send(dialogue, 999_999m, spent: 0, cap: 10);

        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Ended), (receipt.Kind, receipt.ThreadState));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.CostCap);
        AssertHolds(dialogue);
    }

    [Theory]
    [InlineData(MessageKind.Verdict, Verdict.Pass)]
    [InlineData(MessageKind.Verdict, Verdict.Partial)]
    [InlineData(MessageKind.Verdict, Verdict.Blocked)]
    [InlineData(MessageKind.Failure, null)]
    public void A_message_that_ends_the_thread_by_its_own_word_comes_in_whatever_the_day_says(MessageKind kind, Verdict? verdict)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();

        var receipt = Arrive(dialogue, new()
        {
            MessageId = "v",
            From = Dialogue.Verifier,
            Kind = kind,
            Verdict = verdict,
            Body = JsonText.OfString("words"),
            Checks = [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")],
            Usage = new Usage { CostUsd = 0.5m },
        }, spent: 5);

        Assert.Equal((ReceiptKind.Accepted, ThreadPhase.Ended), (receipt.Kind, receipt.ThreadState));
        AssertHolds(dialogue);
    }

    [Theory]
    [InlineData(UnpricedUsage.Allow, false, null)]
    [InlineData(UnpricedUsage.Hold, true, null)]
    [InlineData(UnpricedUsage.Hold, false, RejectReason.UnpricedModel)]
    [InlineData(UnpricedUsage.Deny, true, RejectReason.UnpricedModel)]
    public void A_usage_that_nobody_can_price_goes_by_the_policy(UnpricedUsage unpriced, bool byAPerson, RejectReason? reason)
    {
        var state = Opened(unpriced, byAPerson);

        Assert.Equal(reason, Of(state, new Usage { Model = "unheard-of", CostUsd = 0 }).Reason);
        Assert.Equal(reason, Of(state, new Usage { OutputTokens = 5 }).Reason);
        var call = new ReservationAsked(Dialogue.Builder, ReservationTests.Usd(0.5m));
        Assert.Equal(reason, ThreadRules.Decide(state, call, Dialogue.Start).Receipt!.Reason);
        Assert.Null(Of(state, null).Reason);
        Assert.Null(Of(state, new Usage { Model = "m", OutputTokens = 5 }).Reason);
    }

    private static ThreadState Opened(UnpricedUsage unpriced, bool byAPerson)
    {
        var state = ThreadState.Starting(Dialogue.StartOf() with { Unpriced = unpriced });
        foreach (var input in (ThreadInput[])
        [
            new GateEvaluated(new GateReport(byAPerson ? GateOutcome.Held : GateOutcome.Approved, [])),
            new GateDecided("operator:ann", HoldDecision.Approve, "a local model"),
        ])
        {
            state = ThreadRules.Decide(state, input, Dialogue.Start).State;
        }

        return state;
    }

    private static Receipt Of(ThreadState state, Usage? usage)
    {
        var prices = new PriceTable(
            [new ModelPrice { Model = "m", From = Dialogue.Start, InputPerMillion = 1, OutputPerMillion = 1 }]);
        var request = new SendMessageRequest
        {
            MessageId = "b",
            From = Dialogue.Builder,
            Kind = MessageKind.Submission,
            Usage = usage,
        };
        var message = IncomingMessage.Of(request, prices, Dialogue.Start);
        return ThreadRules.Decide(state, new MessageArrived(message), Dialogue.Start).Receipt!;
    }

    private static Receipt Send(Dialogue dialogue, decimal usd, decimal spent, decimal cap = 1) => Arrive(
        dialogue,
        new() { MessageId = "b", From = Dialogue.Builder, Kind = MessageKind.Submission, Usage = new Usage { CostUsd = usd } },
        spent,
        cap);

    private static Receipt Arrive(Dialogue dialogue, SendMessageRequest request, decimal spent, decimal cap = 1) =>
        dialogue.Decide(new MessageArrived(IncomingMessage.Of(request, PriceTable.Empty, dialogue.Now) with
        {
            Budgets = [new DayBudget("company 'codecraft'", cap, spent)],
        })).Receipt!;

    private static void AssertHolds(Dialogue dialogue) => Assert.Empty(EvidenceVerifier.Verify(
        EvidenceFile.Of([.. dialogue.Decisions.SelectMany(decision => decision.Entries)]).ToUtf8()).Findings);
}
