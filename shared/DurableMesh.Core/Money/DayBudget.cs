using System.Globalization;

namespace DurableMesh.Core.Money;

/// <summary>What an agent or a company may spend on one day (UTC), and has spent.</summary>
/// <param name="Whose">Who, for instance <c>agent 'codecraft-builder'</c>.</param>
/// <param name="CapUsd">US dollars that may be spent.</param>
/// <param name="SpentUsd">US dollars that are.</param>
public sealed record DayBudget(string Whose, decimal CapUsd, decimal SpentUsd)
{
    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent() => SpentUsd >= CapUsd;

    /// <summary>
    /// What of a cost counts against the budgets of a day: no more than its thread's cap still held. Whoever says a sum that no
    /// cap covers ends their own thread by it, and shuts nobody out for the day.
    /// </summary>
    /// <param name="usd">The cost, in US dollars.</param>
    /// <param name="cap">The thread's cap.</param>
    /// <param name="settled">What was settled in the thread before.</param>
    public static decimal Counted(decimal usd, decimal cap, decimal settled) => Math.Min(usd, Math.Max(0, cap - settled));

    /// <summary>The state of the budget, in words.</summary>
    public string Words() => string.Create(
        CultureInfo.InvariantCulture, $"{Whose} has spent {SpentUsd} of {CapUsd} USD today");
}
