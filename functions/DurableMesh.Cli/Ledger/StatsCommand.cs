using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Ledger;

/// <summary><c>mesh stats</c>: the whole mesh in numbers, or its pairs.</summary>
internal static class StatsCommand
{
    private static readonly Option<bool> Pairs = new("--pairs")
    {
        Description = "What ended threads came to, by pair, pattern and week, beside the imported baseline.",
    };

    private static readonly Option<string?> Pattern = new("--pattern")
    {
        Description = "With --pairs: only this pattern.",
        HelpName = "PATTERN",
    };

    private static readonly Option<DateOnly?> Since =
        CostsCommand.Day("--since", "With --pairs: ended on this day or later, by UTC.");

    private static readonly Option<string?> Week = new("--week")
    {
        Description = "With --pairs: ended in this week of ISO 8601.",
        HelpName = "2026-W48",
    };

    private static readonly Option<int?> Limit = new("--limit")
    {
        Description = "With --pairs: at most so many rows.",
        HelpName = "N",
    };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "With --pairs: go on where an earlier page stopped (its nextCursor).",
    };

    private static readonly Option<bool> Csv = CsvRows.Option();

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("stats", "Show the whole mesh in numbers, or with --pairs what its pairs came to.")
        {
            Pairs, Pattern, Since, Week, Limit, Cursor, Csv,
        };
        command.Validators.Add(result =>
        {
            foreach (var option in (Option[])[Pattern, Since, Week, Limit, Cursor])
            {
                if (result.GetResult(option) is not null && !result.GetValue(Pairs))
                {
                    result.AddError($"{option.Name} goes with --pairs.");
                }
            }

            if (result.GetResult(Week) is { } week && !IsoWeek.TryParse(week.GetValueOrDefault<string?>(), out _))
            {
                result.AddError("--week takes a week of ISO 8601 such as 2026-W48.");
            }
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(Pairs)
            ? ShowPairsAsync(parsed, terminal, cancellation)
            : ShowAsync(parsed, terminal, cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var stats = await parsed.Connect().GetStatsAsync(cancellation);
        if (parsed.WantsJson())
        {
            terminal.WriteJson(stats, CliJson.Context.MeshStats);
        }
        else if (parsed.GetValue(Csv))
        {
            WriteCsv(stats, terminal);
        }
        else
        {
            terminal.Out.Write(Listing.Properties(Describe(stats)));
        }

        return ExitCode.Done;
    }

    private static async Task<int> ShowPairsAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var stats = await parsed.Connect().GetPairStatsAsync(
            [
                ("pattern", parsed.GetValue(Pattern)),
                ("since", CostsCommand.Text(parsed.GetValue(Since))),
                ("week", parsed.GetValue(Week)),
                ("limit", parsed.GetValue(Limit)?.ToString(CultureInfo.InvariantCulture)),
                ("cursor", parsed.GetValue(Cursor)),
            ],
            cancellation);
        if (parsed.WantsJson())
        {
            terminal.WriteJson(stats, CliJson.Context.PairStats);
            return ExitCode.Done;
        }

        if (parsed.GetValue(Csv))
        {
            PairTable.WriteCsv(stats, terminal);
        }
        else
        {
            PairTable.WriteTo(terminal.Out, stats);
        }

        Listing.SayMore(stats.NextCursor, terminal);
        return ExitCode.Done;
    }

    private static void WriteCsv(MeshStats stats, Terminal terminal)
    {
        var csv = new CsvRows(terminal, "name", "value");
        csv.Add("agents", stats.Agents);
        csv.Add("companies", stats.Companies);
        csv.Add("threads", stats.Threads);
        csv.Add("messages", stats.Messages);
        csv.Add("open", stats.Open);
        csv.Add("held", stats.Held);
        csv.Add("pass", stats.Pass);
        csv.Add("partial", stats.Partial);
        csv.Add("blocked", stats.Blocked);
        csv.Add("answered", stats.Answered);
        foreach (var (reason, count) in stats.ByReason.OrderBy(row => row.Key))
        {
            csv.Add($"byReason.{ThreadWords.Of(reason)}", count);
        }

        csv.Add("costUsd", stats.CostUsd);
        csv.Add("costTodayUsd", stats.CostTodayUsd);
        csv.Add("tokens", stats.Tokens);
        csv.Add("unpriced", stats.Unpriced);
    }

    private static IEnumerable<(string Name, string Value)> Describe(MeshStats stats)
    {
        (string Name, string Value) Row(string name, FormattableString value) =>
            (name, value.ToString(CultureInfo.InvariantCulture));

        yield return Row("agents", $"{stats.Agents:N0} in {stats.Companies:N0} companies");
        yield return Row("threads", $"{stats.Threads:N0}: {stats.Open:N0} open, {stats.Held:N0} held");
        yield return Row(
            "ended",
            $"{stats.Pass:N0} PASS, {stats.Partial:N0} PARTIAL, {stats.Blocked:N0} BLOCKED, {stats.Answered:N0} ANSWERED");
        foreach (var (reason, count) in stats.ByReason.OrderByDescending(row => row.Value).ThenBy(row => row.Key))
        {
            yield return Row("", $"{count:N0} {ThreadWords.Of(reason)}");
        }

        yield return Row("messages", $"{stats.Messages:N0}");
        yield return Row("tokens", $"{stats.Tokens:N0}");
        yield return Row("cost", $"${stats.CostUsd:#,0.00##}, ${stats.CostTodayUsd:#,0.00##} of it today");
        if (stats.Unpriced > 0)
        {
            yield return Row("", $"messages without a known price, which count as $0: {stats.Unpriced:N0}");
        }
    }
}
