using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

public static partial class ThreadRules
{
    /// <summary>
    /// DESIGN §4, money: what a call can cost at most is reserved before the call is made. One that the thread's own cap does
    /// not hold ends the thread, so that nobody tries again; one that misses a day's budget is not made, and the thread goes on:
    /// the day is spent by others too.
    /// </summary>
    private static ThreadDecision Reserve(Step step, ReservationAsked asked)
    {
        if ((Stranger(step.State, asked.Agent) ?? Unpriced(step.State, asked.WorstCase)) is var (reason, detail))
        {
            return step.Decision(step.Rejected(reason, detail));
        }

        if (step.State.ReservedBy(asked.Agent) == asked.WorstCase.CostUsd)
        {
            return step.Decision(step.Accepted());
        }

        var missed = MissesTheDay(step.State, asked);
        if (missed is not null && TakesNobodysWordIn(step.State) && ExceedsTheCap(step.State, asked) is null)
        {
            return step.Decision(step.Rejected(RejectReason.DayBudget, NotMade(asked, missed)));
        }

        step.Raise(new MoneyReserved
        {
            At = step.Now,
            Agent = asked.Agent,
            WorstCase = asked.WorstCase,
            Budgets = asked.Budgets,
        });
        if ((ExceedsTheCap(step.State, asked) ?? missed) is not { } bound)
        {
            return step.Decision(step.Accepted());
        }

        step.EndByLimit(EndReason.CostCap, NotMade(asked, bound));
        return step.Decision(step.Rejected(RejectReason.CostCap, NotMade(asked, bound)));
    }

    /// <summary>
    /// What a message costs: a turn that does not say it, of a sender who has reserved money for it, costs what is reserved. A
    /// call was made, and what nobody knows counts at its worst.
    /// </summary>
    private static SettledUsage? Settled(ThreadState state, IncomingMessage incoming)
    {
        var reserved = state.ReservedBy(incoming.From);
        return reserved > 0
            && state.Start.Rules >= SettlesAtReserved
            && incoming.Kind.IsTurn()
            && incoming.Usage is null or { CostSource: CostSource.Unpriced }
                ? SettledUsage.AtReserved(incoming.Usage, reserved)
                : incoming.Usage;
    }

    /// <summary>
    /// Why a message cannot come in on this day. One that ends the thread by its own word always can: nothing is spent after it,
    /// and what it found out is paid for.
    /// </summary>
    private static (RejectReason, string)? MissesTheDay(ThreadState state, IncomingMessage incoming)
    {
        if (!TakesNobodysWordIn(state)
            || incoming.Kind is MessageKind.Failure or MessageKind.Acknowledgement
            || incoming.Verdict is Verdict.Pass or Verdict.Partial or Verdict.Blocked)
        {
            return null;
        }

        var counts = state.CountsForTheDay(Settled(state, incoming)?.CostUsd ?? 0);
        return Overdrawn(incoming.Budgets, counts) is { } budget
            ? (RejectReason.DayBudget,
                $"With this message {budget.Words()}. Send it again on the next day (UTC), or when the budget was raised.")
            : null;
    }

    private static string? MissesTheDay(ThreadState state, ReservationAsked asked) =>
        asked.WorstCase.CostUsd > 0 && Overdrawn(asked.Budgets, asked.WorstCase.CostUsd) is { } budget
            ? $"with it {budget.Words()}"
            : null;

    private static string? ExceedsTheCap(ThreadState state, ReservationAsked asked)
    {
        var (worst, cap) = (asked.WorstCase.CostUsd, state.Start.Limits.CostCapUsd);
        var committed = state.TotalUsage().CostUsd + state.ReservedBy(state.Start.Other(asked.Agent));
        return worst > 0 && committed + worst > cap
            ? FormattableString.Invariant($"{committed} of {cap} USD are spent or reserved")
            : null;
    }

    private static string NotMade(ReservationAsked asked, string bound) => FormattableString.Invariant(
        $"A call of '{asked.Agent}' that may cost {asked.WorstCase.CostUsd} USD is not made: {bound}.");

    /// <summary>
    /// Why a usage that no price says the cost of cannot come in: the policy denies it, or wants a person to have let the thread
    /// in.
    /// </summary>
    private static (RejectReason Reason, string Detail)? Unpriced(ThreadState state, SettledUsage? usage)
    {
        var isTaken = usage is null or { Price: not null } or { Model: null, InputTokens: 0, OutputTokens: 0, CostUsd: 0 }
            || state.Start.Unpriced switch
            {
                UnpricedUsage.Deny => false,
                UnpricedUsage.Hold => state.Gate == GateOutcome.Held,
                _ => true,
            };
        return isTaken ? null
            : (RejectReason.UnpricedModel,
                (usage!.Model is { } model
                    ? $"The policy has no price of '{model}'"
                    : "The usage names no model that has a price")
                + ", and takes in no usage without one. Name the model that was used, or have an operator add its price.");
    }

    /// <summary>The first budget that a cost brings over its cap; null where there is none.</summary>
    private static DayBudget? Overdrawn(IEnumerable<DayBudget>? budgets, decimal cost) => cost == 0 ? null : budgets?
        .Select(budget => budget with { SpentUsd = budget.SpentUsd + cost })
        .FirstOrDefault(budget => budget.SpentUsd > budget.CapUsd);
}
