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

    /// <summary>The state of the budget, in words.</summary>
    public string Words() => string.Create(
        CultureInfo.InvariantCulture, $"{Whose} has spent {SpentUsd} of {CapUsd} USD today");
}
