using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>The answer to <c>GET /stats/pairs</c>: what the threads that have ended came to, by pair, pattern and week.</summary>
/// <param name="Rows">The rows of this page, the newest week first.</param>
/// <param name="Total">
/// All that was asked for, whatever the page shows. It has no durations: a median of unlike pairs says nothing.
/// </param>
/// <param name="Plumbing">Threads that only the mesh's own wiring answered, which count nowhere else.</param>
/// <param name="TurnedAway">Threads that never opened: denied, expired while held, not authorised.</param>
/// <param name="Baselines">What was imported of the pipeline before the mesh, whatever the page shows.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last one.</param>
public sealed record PairStats(
    IReadOnlyList<PairRow> Rows,
    PairNumbers Total,
    int Plumbing,
    int TurnedAway,
    IReadOnlyList<BaselineRow> Baselines,
    string? NextCursor);

/// <summary>What a pair's threads of one pattern came to that ended in one week.</summary>
public sealed record PairRow
{
    /// <summary>The agent that builds.</summary>
    public required string Initiator { get; init; }

    /// <summary>The agent that verifies.</summary>
    public required string Responder { get; init; }

    /// <summary>Which of the mesh's uses it is.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The week of ISO 8601 in which they ended, by UTC: <c>2026-W48</c>.</summary>
    public required string Week { get; init; }

    /// <summary>The threads that ran and ended.</summary>
    public required PairNumbers Numbers { get; init; }

    /// <summary>Threads that only the mesh's own wiring answered.</summary>
    public required int Plumbing { get; init; }

    /// <summary>Threads that never opened.</summary>
    public required int TurnedAway { get; init; }

    /// <summary>What the same pair took before the mesh, in all its weeks; null where nothing was imported.</summary>
    public PairNumbers? Baseline { get; init; }

    /// <summary>How much less the mesh took; null without a baseline.</summary>
    public PairSaving? Saving { get; init; }
}

/// <summary>What was imported of the pipeline before the mesh about one pair, or one agent.</summary>
/// <param name="Initiator">The agent that built, or the only one.</param>
/// <param name="Responder">The agent that verified; null where the lines are one agent's, which is compared with no pair.</param>
/// <param name="Pattern">What the mesh would use for it.</param>
/// <param name="Weeks">The weeks that it has lines of, the oldest first.</param>
/// <param name="Numbers">The runs.</param>
public sealed record BaselineRow(
    string Initiator, string? Responder, Pattern Pattern, IReadOnlyList<string> Weeks, PairNumbers Numbers);

/// <summary>Runs in numbers: threads of the mesh, or runs of the pipeline before it.</summary>
public sealed record PairNumbers
{
    /// <summary>The runs.</summary>
    public required int Runs { get; init; }

    /// <summary>Those that ended as PASS.</summary>
    public required int Pass { get; init; }

    /// <summary>Those that ended as PARTIAL.</summary>
    public required int Partial { get; init; }

    /// <summary>Those that ended as BLOCKED; of a baseline, also those that failed.</summary>
    public required int Blocked { get; init; }

    /// <summary>Advisory threads that ended as ANSWERED.</summary>
    public required int Answered { get; init; }

    /// <summary>Those that passed with the first submission.</summary>
    public required int FirstPass { get; init; }

    /// <summary>
    /// The share of the runs that it is, 0 to 1; null without runs, and where nobody knows how many rounds a pass took.
    /// </summary>
    public decimal? FirstPassRate { get; init; }

    /// <summary>The mean number of submissions of those that passed; null where none did.</summary>
    public decimal? RoundsToPass { get; init; }

    /// <summary>The median of the time from the creation to the end, in seconds; null where nobody knows.</summary>
    public decimal? MedianSeconds { get; init; }

    /// <summary>The time in seconds that nine of ten runs did not exceed; null where nobody knows.</summary>
    public decimal? P90Seconds { get; init; }

    /// <summary>The tokens of all runs.</summary>
    public required TokenCounts Tokens { get; init; }

    /// <summary>The cost of all runs, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>Messages, or lines, with a usage that has no known price and counts as zero.</summary>
    public required int Unpriced { get; init; }

    /// <summary>Runs in which nobody reported any usage: their tokens are not known, and not zero.</summary>
    public required int Unmeasured { get; init; }

    /// <summary>All tokens of a run in the mean, of those that reported any; null where none did.</summary>
    [JsonIgnore]
    public decimal? TokensPerRun => Runs > Unmeasured ? decimal.Round((decimal)Tokens.All / (Runs - Unmeasured), 1) : null;

    /// <summary>The cost of a run in the mean, in US dollars; null where a price or all usage is missing.</summary>
    [JsonIgnore]
    public decimal? CostPerRunUsd =>
        Unpriced == 0 && Runs > Unmeasured ? decimal.Round(CostUsd / (Runs - Unmeasured), 9) : null;
}

/// <summary>Tokens by what they cost: the four add up to all.</summary>
/// <param name="Uncached">Input tokens that neither came from a cache nor went into one.</param>
/// <param name="Cached">Input tokens that came from a cache.</param>
/// <param name="Written">Input tokens that went into a cache.</param>
/// <param name="Output">Output tokens.</param>
public sealed record TokenCounts(long Uncached, long Cached, long Written, long Output)
{
    /// <summary>All of them.</summary>
    [JsonIgnore]
    public long All => Uncached + Cached + Written + Output;

    /// <summary>The tokens of a sum of usages.</summary>
    /// <param name="usage">The sum.</param>
    public static TokenCounts Of(UsageTotals usage) => new(
        usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens,
        usage.CachedInputTokens,
        usage.CacheWriteTokens,
        usage.OutputTokens);
}

/// <summary>
/// How much less a run of the mesh took than one before it, as shares: 0.2 is a fifth less, below zero is more. Null where either
/// side is not known.
/// </summary>
/// <param name="Tokens">Of all tokens of a run, in the mean.</param>
/// <param name="CostUsd">Of the cost of a run, in the mean.</param>
/// <param name="Time">Of the median time.</param>
public sealed record PairSaving(decimal? Tokens, decimal? CostUsd, decimal? Time)
{
    private const int Places = 4;

    /// <summary>The saving of one side over the other.</summary>
    /// <param name="mesh">The threads of the mesh.</param>
    /// <param name="before">The runs before it.</param>
    public static PairSaving Of(PairNumbers mesh, PairNumbers before) => new(
        Share(mesh.TokensPerRun, before.TokensPerRun),
        Share(mesh.CostPerRunUsd, before.CostPerRunUsd),
        Share(mesh.MedianSeconds, before.MedianSeconds));

    private static decimal? Share(decimal? mesh, decimal? before) =>
        before > 0 && mesh is not null ? decimal.Round(1 - (mesh.Value / before.Value), Places) : null;
}

/// <summary>The answer to <c>POST /costs/baseline</c>.</summary>
/// <param name="File">The file's hash.</param>
/// <param name="Taken">Lines that count from now on.</param>
/// <param name="Known">Lines that counted before.</param>
/// <param name="UnknownAgents">Agents that the registry does not know; their lines count under the names given.</param>
/// <param name="MissingPrices">Models without a price on the line's day, and without a cost of the file's own.</param>
public sealed record BaselineReceipt(
    string File, int Taken, int Known, IReadOnlyList<string> UnknownAgents, IReadOnlyList<MissingPrice> MissingPrices);

/// <summary>A model that has no price.</summary>
/// <param name="Model">The model; null where lines name none.</param>
/// <param name="Lines">How many lines count as zero.</param>
public sealed record MissingPrice(string? Model, int Lines);
