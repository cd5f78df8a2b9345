using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>What costs are added up by.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CostGrouping>))]
public enum CostGrouping
{
    /// <summary>By agent, the dearest first.</summary>
    Agent,

    /// <summary>By company, the dearest first.</summary>
    Company,

    /// <summary>By day of UTC, the newest first.</summary>
    Day,

    /// <summary>By thread, the newest first.</summary>
    Thread,
}

/// <summary>The answer to <c>GET /costs</c>.</summary>
/// <param name="By">What the rows are added up by.</param>
/// <param name="From">The first day, by UTC; null: from the beginning.</param>
/// <param name="To">The last day; null: to the end.</param>
/// <param name="Total">All that was spent on these days, whatever the page shows.</param>
/// <param name="Rows">The rows of this page.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last one.</param>
public sealed record CostsPage(
    CostGrouping By, DateOnly? From, DateOnly? To, Spend Total, IReadOnlyList<CostRow> Rows, string? NextCursor);

/// <summary>What one agent, company, day or thread spent.</summary>
/// <param name="Key">The agent's, company's or thread's id, or the day as <c>2026-11-24</c>.</param>
/// <param name="Spend">What was spent.</param>
public sealed record CostRow(string Key, Spend Spend);

/// <summary>A sum of what messages cost.</summary>
/// <param name="Messages">Messages that reported a usage.</param>
/// <param name="Unpriced">How many of them have no known price and count as zero.</param>
/// <param name="Usage">Tokens and US dollars.</param>
public sealed record Spend(int Messages, int Unpriced, UsageTotals Usage)
{
    /// <summary>Nothing spent.</summary>
    public static Spend None { get; } = new(0, 0, UsageTotals.Zero);

    /// <summary>The sum of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static Spend operator +(Spend left, Spend right) => left.Add(right);

    /// <summary>The sum with another.</summary>
    /// <param name="other">The other.</param>
    public Spend Add(Spend other) => new(Messages + other.Messages, Unpriced + other.Unpriced, Usage + other.Usage);
}
