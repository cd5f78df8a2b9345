using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Money;
using Spectre.Console;

namespace DurableMesh.Cli.Policy;

/// <summary><c>mesh policy prices</c>: the list prices that hold where a policy has none.</summary>
internal static class PricesCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("prices", "Show the list prices that hold where the policy has none, without a mesh.");
        command.SetAction(parsed =>
        {
            if (parsed.WantsJson())
            {
                terminal.WriteJson(CommonPrices.Sources, CliJson.Context.IReadOnlyListPriceSource);
                return ExitCode.Done;
            }

            foreach (var source in CommonPrices.Sources)
            {
                terminal.Out.MarkupLineInterpolated($"{source.Name} [grey]{source.AsOf:O}, {source.Page}. {source.Note}[/]");
                terminal.Out.Write(Describe(source));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Table Describe(PriceSource source)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("[grey]US$ per million tokens[/]");
        foreach (var name in new[] { "input", "cached", "cache write", "output" })
        {
            table.AddColumn(new TableColumn($"[grey]{name}[/]").RightAligned());
        }

        foreach (var price in source.Prices)
        {
            var since = price.From.UtcDateTime == source.AsOf.ToDateTime(default) ? "" : $" from {price.From:yyyy-MM-dd}";
            table.AddRow(
                price.Model + since,
                Usd(price.InputPerMillion),
                Usd(price.CachedInputPerMillion),
                Usd(price.CacheWritePerMillion),
                Usd(price.OutputPerMillion));
        }

        return table;
    }

    private static string Usd(decimal? amount) => amount?.ToString(CultureInfo.InvariantCulture) ?? "";
}
