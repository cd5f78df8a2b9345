using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

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
    [InlineData(2, ReceiptKind.Accepted)]
    [InlineData(2.1, ReceiptKind.Rejected)]
    public void A_call_must_fit_the_budgets_of_the_day_and_ends_no_thread_by_them(double spent, ReceiptKind kind)
    {
        var receipt = Reserve(Dialogue.Builder, 0.5m, new("agent 'x'", 100, 0), new("company 'codecraft'", 2.5m, (decimal)spent));

        Assert.Equal((kind, ThreadPhase.Open), (receipt.Kind, receipt.ThreadState));
        if (kind == ReceiptKind.Rejected)
        {
            Assert.EndsWith(
                "with it company 'codecraft' has spent 2.6 of 2.5 USD today.", receipt.Detail, StringComparison.Ordinal);
            Assert.Equal("DayBudget", receipt.Reason.ToString());
            Assert.Equal(0, _dialogue.State.ReservedBy(Dialogue.Builder));
        }
    }

    [Fact]
    public void A_call_that_neither_the_cap_nor_the_day_holds_ends_the_thread_by_its_own_cap()
    {
        Assert.Equal(RejectReason.CostCap, Reserve(Dialogue.Builder, 1.1m, new DayBudget("agent 'x'", 1, 0)).Reason);
        EndingsTests.AssertEnded(_dialogue, EndState.Blocked, EndReason.CostCap);
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
    public void A_turn_that_does_not_say_its_cost_costs_what_was_reserved_for_it()
    {
        Reserve(Dialogue.Builder, 0.4m);
        _dialogue.Send(Dialogue.Builder, MessageKind.Note);
        _dialogue.Send(Dialogue.Builder, MessageKind.Finding, cost: 0.05m);
        Assert.Equal((0.05m, 0.4m), (_dialogue.State.TotalUsage().CostUsd, _dialogue.State.ReservedBy(Dialogue.Builder)));

        _dialogue.Submit();

        Assert.Equal((0.45m, 0m), (_dialogue.State.TotalUsage().CostUsd, _dialogue.State.ReservedBy(Dialogue.Builder)));
        var message = Assert.IsType<MessageAccepted>(_dialogue.Last.Events[0]).Message;
        Assert.Equal((0.4m, CostSource.Reserved), (message.Usage!.CostUsd, message.Usage.CostSource));
        Assert.Equal(1, AssertHolds().Usage.Agents.Single(agent => agent.Agent == Dialogue.Builder).AtReserved);
    }

    [Fact]
    public void Tokens_that_nobody_can_price_cost_what_was_reserved_for_them()
    {
        Reserve(Dialogue.Builder, 0.4m);

        _dialogue.Send(new()
        {
            MessageId = "b-1",
            From = Dialogue.Builder,
            Kind = MessageKind.Submission,
            Usage = new Usage { Model = "unheard-of", InputTokens = 7, OutputTokens = 1 },
        });

        Assert.Equal(new UsageTotals(7, 0, 1, 0.4m), _dialogue.State.TotalUsage());
        Assert.Equal("unheard-of", AssertHolds().Usage.Agents.Single().Model);
    }

    [Fact]
    public void A_turn_that_says_its_cost_or_has_nothing_reserved_costs_what_it_says()
    {
        Reserve(Dialogue.Builder, 0.4m);
        _dialogue.Submit(0);
        _dialogue.Judge(Verdict.Fail, Dialogue.Fail("AC-1"));
        Assert.Equal(0, _dialogue.State.TotalUsage().CostUsd);
        AssertHolds();
    }

    [Fact]
    public void Runs_that_never_say_their_cost_end_at_the_cap()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { CostCapUsd = 0.6m });
        var runs = 0;
        while (dialogue.State.Phase == ThreadPhase.Open && runs < 6)
        {
            var party = dialogue.State.Awaiting!;
            if (dialogue.Decide(new ReservationAsked(party, Usd(0.25m))).Receipt!.Kind == ReceiptKind.Accepted)
            {
                runs++;
                dialogue.Send(party, party == Dialogue.Builder ? MessageKind.Submission : MessageKind.Question, "words");
            }
        }

        Assert.Equal((2, 0.5m), (runs, dialogue.State.TotalUsage().CostUsd));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.CostCap);
    }

    [Fact]
    public void A_party_that_cannot_answer_settles_what_it_reserved()
    {
        Reserve(Dialogue.Builder, 0.4m);
        _dialogue.Send(Dialogue.Builder, MessageKind.Failure, "The model is away.");

        EndingsTests.AssertEnded(_dialogue, EndState.Blocked, EndReason.AgentUnreachable);
        Assert.Equal(0.4m, _dialogue.State.TotalUsage().CostUsd);
        AssertHolds();
    }

    [Fact]
    public void A_thread_from_before_goes_on_by_the_rules_that_it_began_with()
    {
        var state = ThreadState.Starting(Dialogue.StartOf() with { Rules = null });
        var entries = new List<TranscriptEntry>();
        foreach (var input in (ThreadInput[])
        [
            new GateEvaluated(new GateReport(GateOutcome.Approved, [])),
            new ReservationAsked(Dialogue.Builder, Usd(0.4m)),
            new MessageArrived(IncomingMessage.Of(
                new() { MessageId = "b-1", From = Dialogue.Builder, Kind = MessageKind.Submission },
                PriceTable.Empty,
                Dialogue.Start)),
        ])
        {
            var decision = ThreadRules.Decide(state, input, Dialogue.Start);
            state = decision.State;
            entries.AddRange(decision.Entries);
        }

        Assert.Equal((0m, 0m), (state.TotalUsage().CostUsd, state.ReservedBy(Dialogue.Builder)));
        Assert.Empty(EvidenceVerifier.Verify(EvidenceFile.Of(entries).ToUtf8()).Findings);
    }

    [Fact]
    public void A_cost_that_was_not_reserved_does_not_pass_for_one()
    {
        Reserve(Dialogue.Builder, 0.4m);
        _dialogue.Submit();
        var entries = new List<TranscriptEntry>();
        foreach (var entry in _dialogue.Decisions.SelectMany(decision => decision.Entries))
        {
            var forged = entry.Event is MessageAccepted { Message: { Usage: { } usage } message } accepted
                ? accepted with { Message = message with { Usage = usage with { CostUsd = 0.1m } } }
                : entry.Event;
            entries.Add(TranscriptEntry.Link(entries.Count, entries is [.., var last] ? last.Hash : ContentHash.Genesis, forged));
        }

        var finding = Assert.Single(EvidenceVerifier.Verify(EvidenceFile.Of(entries).ToUtf8()).Findings);
        Assert.Equal(("event.message.usage.costUsd", "0.4", "0.1"), (finding.Path, finding.Expected, finding.Found));
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

    private EvidenceFile AssertHolds()
    {
        var file = EvidenceFile.Of([.. _dialogue.Decisions.SelectMany(decision => decision.Entries)]);
        Assert.Empty(EvidenceVerifier.Verify(file.ToUtf8()).Findings);
        return file;
    }

    private Receipt Reserve(string agent, decimal usd, params DayBudget[] budgets) =>
        _dialogue.Decide(new ReservationAsked(agent, Usd(usd), budgets)).Receipt!;
}
