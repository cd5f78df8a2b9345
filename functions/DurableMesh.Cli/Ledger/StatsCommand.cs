using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;

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
                terminal.Out.Write(Listing.Properties(Describe(stats)));
            }

            return ExitCode.Done;
        });
        return command;
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
