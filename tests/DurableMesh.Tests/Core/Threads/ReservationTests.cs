using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class ReservationTests
{
    private readonly Dialogue _dialogue = Dialogue.Opened(Dialogue.Generous with { CostCapUsd = 1m });

    [Fact]
    public void What_fits_is_reserved_until_the_next_turn_of_the_party_settles_it()
    {
        Assert.Equal(ReceiptKind.Accepted, Reserve(Dialogue.Builder, 0.6m).Kind);
        Assert.Equal(new ReservedUsd(0.6m, 0), _dialogue.State.View().ReservedUsd);

        _dialogue.Send(Dialogue.Builder, MessageKind.Note, cost: 0.1m);
        Assert.Equal(0.6m, _dialogue.State.ReservedBy(Dialogue.Builder));

        _dialogue.Submit(0.2m);
        Assert.Null(_dialogue.State.View().ReservedUsd);
        Assert.Equal(0.3m, _dialogue.State.TotalUsage().CostUsd);
    }

    [Theory]
    [InlineData(0.3, ThreadPhase.Open)]
    [InlineData(0.300000001, ThreadPhase.Ended)]
    public void A_call_that_does_not_fit_beside_what_is_spent_and_reserved_ends_the_thread(double second, ThreadPhase phase)
    {
        _dialogue.Submit(0.2m);
        Reserve(Dialogue.Builder, 0.5m);

        var receipt = Reserve(Dialogue.Verifier, (decimal)second);

        Assert.Equal(phase, receipt.ThreadState);
        if (phase == ThreadPhase.Ended)
        {
            Assert.Equal((ReceiptKind.Rejected, RejectReason.CostCap), (receipt.Kind, receipt.Reason));
            Assert.Equal(
                "A call of 'proveo-verifier' that may cost 0.300000001 USD is not made: 0.7 of 1 USD are spent or reserved.",
                receipt.Detail);
            EndingsTests.AssertEnded(_dialogue, EndState.Blocked, EndReason.CostCap);
            Assert.Null(_dialogue.State.Reserved);
        }
    }

    [Fact]
    public void A_reservation_takes_the_place_of_the_one_before()
    {
        Reserve(Dialogue.Builder, 0.9m);
        Assert.Equal(ReceiptKind.Accepted, Reserve(Dialogue.Builder, 0.8m).Kind);
        Assert.Equal(0.8m, _dialogue.State.ReservedBy(Dialogue.Builder));
        Assert.Equal(ReceiptKind.Accepted, Reserve(Dialogue.Builder, 0).Kind);
        Assert.Null(_dialogue.State.Reserved);
    }

    [Fact]
    public void The_same_reservation_again_is_nothing_new()
    {
        Reserve(Dialogue.Builder, 0.9m);
        _dialogue.Send(Dialogue.Verifier, MessageKind.Note, cost: 0.5m);

        Assert.Equal(ReceiptKind.Accepted, Reserve(Dialogue.Builder, 0.9m).Kind);
        Assert.Empty(_dialogue.Last.Events);
    }

    [Fact]
    public void A_call_that_is_given_up_always_fits()
    {
        Reserve(Dialogue.Builder, 0.9m);
        _dialogue.Send(Dialogue.Verifier, MessageKind.Note, cost: 1m);

        Assert.Equal(ReceiptKind.Accepted, Reserve(Dialogue.Builder, 0).Kind);
    }

    [Theory]
    [InlineData(2, ThreadPhase.Open)]
    [InlineData(2.1, ThreadPhase.Ended)]
    public void A_call_must_fit_the_budgets_of_the_day(double spent, ThreadPhase phase)
    {
        var receipt = Reserve(Dialogue.Builder, 0.5m, new("agent 'x'", 100, 0), new("company 'codecraft'", 2.5m, (decimal)spent));

        Assert.Equal(phase, receipt.ThreadState);
        if (phase == ThreadPhase.Ended)
        {
            Assert.EndsWith("with it company 'codecraft' has spent 2.6 of 2.5 USD today.", receipt.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_thread_with_something_passed_ends_as_partial()
    {
        _dialogue.Submit();
        _dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        Reserve(Dialogue.Builder, 1.1m);
        EndingsTests.AssertEnded(_dialogue, EndState.Partial, EndReason.CostCap);
    }

    [Fact]
    public void Only_a_party_of_an_open_thread_reserves()
    {
        Assert.Equal(RejectReason.NotAParty, Reserve("stranger", 0.1m).Reason);
        _dialogue.Decide(new CancelRequested("me", "enough"));
        Assert.Equal(RejectReason.ThreadEnded, Reserve(Dialogue.Builder, 0.1m).Reason);
        Assert.Equal(
            RejectReason.ThreadNotOpen,
            new Dialogue().Decide(new ReservationAsked(Dialogue.Builder, Usd(0.1m))).Receipt!.Reason);
    }

    public static SettledUsage Usd(decimal usd) => PriceTable.Empty.Settle(new Usage { CostUsd = usd }, Dialogue.Start);

    private Receipt Reserve(string agent, decimal usd, params DayBudget[] budgets) =>
        _dialogue.Decide(new ReservationAsked(agent, Usd(usd), budgets)).Receipt!;
}
