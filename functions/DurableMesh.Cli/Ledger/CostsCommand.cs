using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Ledger;

/// <summary><c>mesh costs</c>: what was spent, by agent, company, day or thread.</summary>
internal static class CostsCommand
{
    private static readonly Option<CostGrouping> By = new("--by")
    {
        Description = "agent or company (the dearest first), day or thread (the newest first).",
        HelpName = "WHAT",
        DefaultValueFactory = _ => CostGrouping.Agent,
    };

    private static readonly Option<DateOnly?> From = Day("--from", "From this day on, by UTC.");
    private static readonly Option<DateOnly?> To = Day("--to", "Up to and with this day, by UTC.");
    private static readonly Option<int?> Limit = new("--limit") { Description = "At most so many rows.", HelpName = "N" };

    private static readonly Option<string?> Cursor = new("--cursor")
    {
        Description = "Go on where an earlier page stopped (its nextCursor).",
    };

    private static readonly Option<bool> Csv = CsvRows.Option();

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("costs", "Show what was spent, by agent, company, day or thread.")
        {
            By, From, To, Limit, Cursor, Csv, ImportCommand.Create(terminal), ImportCommand.CreateForget(terminal),
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var page = await parsed.Connect().GetCostsAsync(
                [
                    ("by", ThreadWords.Of(parsed.GetValue(By))),
                    ("from", Text(parsed.GetValue(From))),
                    ("to", Text(parsed.GetValue(To))),
                    ("limit", parsed.GetValue(Limit)?.ToString(CultureInfo.InvariantCulture)),
                    ("cursor", parsed.GetValue(Cursor)),
                ],
                cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.CostsPage);
                return ExitCode.Done;
            }

            if (parsed.GetValue(Csv))
            {
                WriteCsv(page, terminal);
            }
            else
            {
                Describe(page, terminal.Out);
            }

            Listing.SayMore(page.NextCursor, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>An option that is a day.</summary>
    public static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "2026-11-24",
        CustomParser = argument =>
        {
            if (DateOnly.TryParseExact(
                argument.Tokens[0].Value, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }

            argument.AddError($"{name} takes a day such as 2026-11-24.");
            return null;
        },
    };

    /// <summary>A day as the mesh wants it.</summary>
    public static string? Text(DateOnly? day) => day?.ToString("O", CultureInfo.InvariantCulture);

    private static void WriteCsv(CostsPage page, Terminal terminal)
    {
        var csv = new CsvRows(
            terminal,
            ThreadWords.Of(page.By),
            "messages",
            "unpriced",
            "inputTokens",
            "cachedInputTokens",
            "cacheWriteTokens",
            "outputTokens",
            "costUsd");
        foreach (var row in page.Rows)
        {
            csv.Add(
                row.Key,
                row.Spend.Messages,
                row.Spend.Unpriced,
                row.Spend.Usage.InputTokens,
                row.Spend.Usage.CachedInputTokens,
                row.Spend.Usage.CacheWriteTokens,
                row.Spend.Usage.OutputTokens,
                row.Spend.Usage.CostUsd);
        }
    }

    private static void Describe(CostsPage page, IAnsiConsole console)
    {
        string[] numbers = ["messages", "input", "cached", "cache write", "output", "US$"];
        var isLong = page.By == CostGrouping.Thread;
        var length = isLong ? Listing.LengthOfIds(console, [.. page.Rows.Select(row => row.Key)]) : int.MaxValue;
        var listing = new Listing([ThreadWords.Of(page.By), .. numbers]) { Numbers = numbers };
        foreach (var row in page.Rows)
        {
            Add(Listing.Begin(row.Key, length), row.Spend);
        }

        Add("in all", page.Total);
        listing.WriteTo(console);

        void Add(string key, Spend spend) => listing.Add(
            key,
            Number(spend.Messages),
            Number(spend.Usage.InputTokens),
            Number(spend.Usage.CachedInputTokens),
            Number(spend.Usage.CacheWriteTokens),
            Number(spend.Usage.OutputTokens),
            spend.Usage.CostUsd.ToString("N4", CultureInfo.InvariantCulture) + (spend.Unpriced > 0 ? "+" : ""));
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
