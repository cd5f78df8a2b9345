using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Ledger;

/// <summary>What pairs came to, for people and for spreadsheets.</summary>
internal static class PairTable
{
    private const string Unknown = "-";

    private static readonly string[] Sums =
        ["runs", "pass", "first", "rounds", "median", "p90", "uncached", "cached", "written", "output", "US$"];

    private static readonly string[] Savings = ["saved: tokens", "US$", "time"];

    private static readonly string[] Csv =
    [
        "runs", "pass", "partial", "blocked", "answered", "firstPass", "firstPassRate", "roundsToPass", "medianSeconds",
        "p90Seconds", "uncachedTokens", "cachedTokens", "writtenTokens", "outputTokens", "costUsd", "unpriced", "unmeasured",
    ];

    /// <summary>Writes the rows, and below them what was imported.</summary>
    public static void WriteTo(IAnsiConsole console, PairStats stats)
    {
        var listing = new Listing(["pair", "pattern", "week", .. Sums, .. Savings])
        {
            Numbers = [.. Sums, .. Savings],
            Spare = ["written", "cached", "uncached", "output", "p90"],
        };
        foreach (var row in stats.Rows)
        {
            listing.Add([
                PairOf(row.Initiator, row.Responder), ThreadWords.Of(row.Pattern), row.Week, .. Cells(row.Numbers),
                Share(row.Saving?.Tokens), Share(row.Saving?.CostUsd), Share(row.Saving?.Time),
            ]);
        }

        listing.Add(["in all", "", "", .. Cells(stats.Total), "", "", ""]);
        listing.WriteTo(console);
        var apart = $"{Number(stats.TurnedAway)} turned away at the gate, {Number(stats.Plumbing)} answered by plumbing only";
        console.MarkupLineInterpolated($"[grey]not counted: {apart}[/]");
        if (stats.Baselines is [])
        {
            return;
        }

        console.MarkupLine("[grey]before the mesh, as imported:[/]");
        var before = new Listing(["pair", "pattern", "weeks", .. Sums])
        {
            Numbers = Sums,
            Spare = ["written", "cached", "uncached", "output", "p90"],
        };
        foreach (var row in stats.Baselines)
        {
            before.Add([
                PairOf(row.Initiator, row.Responder), ThreadWords.Of(row.Pattern), Weeks(row.Weeks), .. Cells(row.Numbers),
            ]);
        }

        before.WriteTo(console);
    }

    /// <summary>Writes the rows of both as CSV: <c>source</c> says whether a row is the mesh's or the baseline's.</summary>
    public static void WriteCsv(PairStats stats, Terminal terminal)
    {
        var csv = new CsvRows(terminal, [
            "source", "initiator", "responder", "pattern", "week", .. Csv, "plumbing", "turnedAway", "savedTokens",
            "savedCostUsd", "savedTime",
        ]);
        foreach (var row in stats.Rows)
        {
            csv.Add([
                "mesh", row.Initiator, row.Responder, row.Pattern, row.Week, .. CsvCells(row.Numbers), row.Plumbing,
                row.TurnedAway, row.Saving?.Tokens, row.Saving?.CostUsd, row.Saving?.Time,
            ]);
        }

        foreach (var row in stats.Baselines)
        {
            csv.Add([
                "baseline", row.Initiator, row.Responder, row.Pattern, string.Join(' ', row.Weeks), .. CsvCells(row.Numbers),
                null, null, null, null, null,
            ]);
        }
    }

    private static string PairOf(string initiator, string? responder) =>
        responder is null ? $"{initiator} alone" : $"{initiator} → {responder}";

    private static string Weeks(IReadOnlyList<string> weeks) =>
        weeks is [var first, .., var last] ? $"{first} to {last}" : weeks[0];

    private static string[] Cells(PairNumbers numbers) =>
    [
        Number(numbers.Runs),
        Number(numbers.Pass),
        Share(numbers.FirstPassRate),
        numbers.RoundsToPass?.ToString("0.0#", CultureInfo.InvariantCulture) ?? Unknown,
        Seconds(numbers.MedianSeconds),
        Seconds(numbers.P90Seconds),
        Tokens(numbers, numbers.Tokens.Uncached),
        Tokens(numbers, numbers.Tokens.Cached),
        Tokens(numbers, numbers.Tokens.Written),
        Tokens(numbers, numbers.Tokens.Output),
        numbers.CostUsd.ToString("N4", CultureInfo.InvariantCulture) + (numbers.Unpriced > 0 ? "+" : ""),
    ];

    private static IEnumerable<object?> CsvCells(PairNumbers numbers) =>
    [
        numbers.Runs, numbers.Pass, numbers.Partial, numbers.Blocked, numbers.Answered, numbers.FirstPass, numbers.FirstPassRate,
        numbers.RoundsToPass, numbers.MedianSeconds, numbers.P90Seconds, numbers.Tokens.Uncached, numbers.Tokens.Cached,
        numbers.Tokens.Written, numbers.Tokens.Output, numbers.CostUsd, numbers.Unpriced, numbers.Unmeasured,
    ];

    // Runs without any usage make the sum less than the truth.
    private static string Tokens(PairNumbers numbers, long tokens) =>
        numbers.Runs > 0 && numbers.Unmeasured == numbers.Runs ? Unknown : Number(tokens) + (numbers.Unmeasured > 0 ? "+" : "");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(decimal? share) => share?.ToString("0.#%", CultureInfo.InvariantCulture) ?? Unknown;

    private static string Seconds(decimal? seconds) => seconds switch
    {
        null => Unknown,
        < 600 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0}s"),
        < 36_000 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0}h"),
    };
}
