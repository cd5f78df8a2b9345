using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Ledger;

/// <summary><c>mesh stats</c>: the whole mesh in numbers.</summary>
internal static class StatsCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("stats", "Show the whole mesh in numbers.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var stats = await parsed.Connect().GetStatsAsync(cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(stats, CliJson.Context.MeshStats);
            }
            else
            {
                terminal.Out.Write(Describe(stats));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Grid Describe(MeshStats stats)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) }).AddColumn();
        void Row(string name, FormattableString value) =>
            grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value.ToString(CultureInfo.InvariantCulture)));

        Row("agents", $"{stats.Agents:N0} in {stats.Companies:N0} companies");
        Row("threads", $"{stats.Threads:N0}: {stats.Open:N0} open, {stats.Held:N0} held");
        Row("ended", $"{stats.Pass:N0} PASS, {stats.Partial:N0} PARTIAL, {stats.Blocked:N0} BLOCKED");
        foreach (var (reason, count) in stats.ByReason.OrderByDescending(row => row.Value).ThenBy(row => row.Key))
        {
            Row("", $"{count:N0} {ThreadWords.Of(reason)}");
        }

        Row("messages", $"{stats.Messages:N0}");
        Row("tokens", $"{stats.Tokens:N0}");
        Row("cost", $"${stats.CostUsd:#,0.00##}, ${stats.CostTodayUsd:#,0.00##} of it today");
        if (stats.Unpriced > 0)
        {
            Row("", $"messages without a known price, which count as $0: {stats.Unpriced:N0}");
        }

        return grid;
    }
}
