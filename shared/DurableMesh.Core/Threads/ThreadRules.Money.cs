using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

public static partial class ThreadRules
{
    /// <summary>
    /// DESIGN §4, money: what a call can cost at most is reserved before the call is made. One that does not fit ends the thread,
    /// so that nobody tries again.
    /// </summary>
    private static ThreadDecision Reserve(Step step, ReservationAsked asked)
    {
        if (Stranger(step.State, asked.Agent) is var (reason, detail))
        {
            return step.Decision(step.Rejected(reason, detail));
        }

        if (step.State.ReservedBy(asked.Agent) == asked.WorstCase.CostUsd)
        {
            return step.Decision(step.Accepted());
        }

        step.Raise(new MoneyReserved
        {
            At = step.Now,
            Agent = asked.Agent,
            WorstCase = asked.WorstCase,
            Budgets = asked.Budgets,
        });
        if (DoesNotFit(step.State, asked) is not { } why)
        {
            return step.Decision(step.Accepted());
        }

        step.EndByLimit(EndReason.CostCap, why);
        return step.Decision(step.Rejected(RejectReason.CostCap, why));
    }

    /// <summary>
    /// What a message costs: a turn that does not say it, of a sender who has reserved money for it, costs what is reserved. A call
    /// was made, and what nobody knows counts at its worst.
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

    private static string? DoesNotFit(ThreadState state, ReservationAsked asked)
    {
        var (worst, cap) = (asked.WorstCase.CostUsd, state.Start.Limits.CostCapUsd);
        var committed = state.TotalUsage().CostUsd + state.ReservedBy(state.Start.Other(asked.Agent));
        var bound =
            worst == 0 ? null
            : committed + worst > cap ? FormattableString.Invariant($"{committed} of {cap} USD are spent or reserved")
            : Overdrawn(asked.Budgets, asked.WorstCase) is { } budget ? $"with it {budget.Words()}"
            : null;
        return bound is null
            ? null
            : FormattableString.Invariant($"A call of '{asked.Agent}' that may cost {worst} USD is not made: {bound}.");
    }

    /// <summary>The first budget that a cost brings over its cap; null where there is none.</summary>
    private static DayBudget? Overdrawn(IEnumerable<DayBudget>? budgets, SettledUsage? cost) => budgets?
        .Select(budget => budget with { SpentUsd = budget.SpentUsd + (cost?.CostUsd ?? 0) })
        .FirstOrDefault(budget => budget.SpentUsd > budget.CapUsd);
}
