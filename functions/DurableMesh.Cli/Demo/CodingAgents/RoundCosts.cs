using System.Globalization;
using DurableMesh.Cli.Demo.ScriptedModel;
using Spectre.Console;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// Shows what each round cost with sessions that go on, beside sessions that begin anew, as the models counted it.
/// </summary>
internal sealed class RoundCosts(IAnsiConsole console)
{
    /// <summary>Writes the table.</summary>
    public void Write(CodingCast warm, CodingCast cold)
    {
        console.MarkupLine("[bold]Input tokens, as the scripted models counted them[/] [grey](4 characters are a token)[/]");
        var table = new Table { Border = TableBorder.None };
        string[] titles = ["round", "agent", "session goes on: in", "cached", "new", "new session: in", "cached", "new"];
        foreach (var title in titles)
        {
            var column = new TableColumn(title) { NoWrap = true };
            table.AddColumn(title == "agent" ? column : column.RightAligned());
        }

        foreach (var part in (string[])[DemoRun.Builder, DemoRun.Verifier])
        {
            var (kept, begun) = (warm.RoundsOf(part), cold.RoundsOf(part));
            for (var round = 0; round < Math.Max(kept.Count, begun.Count); round++)
            {
                table.AddRow(
                    [(round + 1).ToString(CultureInfo.InvariantCulture), part, .. Cells(kept, round), .. Cells(begun, round)]);
            }

            table.AddRow(["[bold]all[/]", part, .. Cells([Sum(kept)], 0), .. Cells([Sum(begun)], 0)]);
        }

        console.Write(table);
    }

    private static ModelTokens Sum(IReadOnlyList<ModelTokens> rounds) =>
        rounds.Aggregate(ModelTokens.None, (sum, tokens) => sum + tokens);

    private static string[] Cells(IReadOnlyList<ModelTokens> rounds, int round) => round < rounds.Count
        ? [Number(rounds[round].Input), Number(rounds[round].Cached), Number(rounds[round].New)]
        : ["", "", ""];

    private static string Number(long tokens) => tokens.ToString("N0", CultureInfo.InvariantCulture);
}
