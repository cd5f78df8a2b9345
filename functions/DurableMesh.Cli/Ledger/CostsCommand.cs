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

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("costs", "Show what was spent, by agent, company, day or thread.") { By, From, To, Limit, Cursor };
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

            terminal.Out.Write(Describe(page));
            if (page.NextCursor is { } next)
            {
                terminal.Note.MarkupLineInterpolated($"[grey]There are more: --cursor {next}[/]");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<DateOnly?> Day(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "2026-11-24",
        CustomParser = argument =>
        {
            if (DateOnly.TryParseExact(argument.Tokens[0].Value, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }

            argument.AddError($"{name} takes a day such as 2026-11-24.");
            return null;
        },
    };

    private static string? Text(DateOnly? day) => day?.ToString("O", CultureInfo.InvariantCulture);

    private static Table Describe(CostsPage page)
    {
        string[] columns = ["messages", "input", "cached", "cache write", "output", "US$"];
        var table = new Table().Border(TableBorder.None).AddColumn($"[grey]{ThreadWords.Of(page.By)}[/]");
        foreach (var name in columns)
        {
            table.AddColumn(new TableColumn($"[grey]{name}[/]").RightAligned());
        }

        foreach (var row in page.Rows)
        {
            AddRow(row.Key, row.Spend);
        }

        AddRow("in all", page.Total);
        return table;

        void AddRow(string key, Spend spend) => table.AddRow(
            new Text(key),
            Number(spend.Messages),
            Number(spend.Usage.InputTokens),
            Number(spend.Usage.CachedInputTokens),
            Number(spend.Usage.CacheWriteTokens),
            Number(spend.Usage.OutputTokens),
            new Text(spend.Usage.CostUsd.ToString("N4", CultureInfo.InvariantCulture) + (spend.Unpriced > 0 ? "+" : "")));
    }

    private static Text Number(long value) => new(value.ToString("N0", CultureInfo.InvariantCulture));
}
