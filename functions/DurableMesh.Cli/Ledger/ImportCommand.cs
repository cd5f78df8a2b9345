using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Ledger;

/// <summary><c>mesh costs import</c>: usage of the pipeline before the mesh, to compare with.</summary>
internal static class ImportCommand
{
    private const int LinesAtOnce = 500;
    private const int MostMistakes = 100;

    /// <summary>Creates <c>import</c>.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "CSV with a header, or JSON lines; - for standard input." };
        var format = new Option<BaselineFormat?>("--format")
        {
            Description = "csv or jsonl. [default: as the name ends, else as the text begins]",
            HelpName = "FORMAT",
        };
        var command = new Command("import", "Import usage of the pipeline before the mesh as the baseline of stats --pairs.")
        {
            file, format,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(file);
            var utf8 = await InputText.ReadUtf8Async(name, terminal, cancellation);
            var read = BaselineFile.Read(utf8, parsed.GetValue(format) ?? BaselineFile.FormatOf(name, utf8));
            if (read.Mistakes is not [])
            {
                throw new CliException(ExitCode.Usage, Describe(name, read.Mistakes));
            }

            var mesh = parsed.Connect();
            var report = new BaselineReport(read.Hash, read.Lines.Count, 0, 0, [], []);
            await terminal.WorkAsync(
                "import",
                async work =>
                {
                    foreach (var lines in read.Lines.Chunk(LinesAtOnce))
                    {
                        var request = new BaselineRequest(read.Hash, InputText.Name(name), lines);
                        report = report.With(await mesh.ImportBaselineAsync(BaselineReader.ToUtf8(request), cancellation));
                        work.Advance(lines.Length);
                    }
                },
                "lines",
                read.Lines.Count);

            if (parsed.WantsJson())
            {
                terminal.WriteJson(report, CliJson.Context.BaselineReport);
                return ExitCode.Done;
            }

            Say(report, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Creates <c>forget</c>.</summary>
    public static Command CreateForget(Terminal terminal)
    {
        var file = new Argument<string>("HASH") { Description = "The file's hash, as the import said it." };
        var command = new Command("forget", "Let an imported file count no more.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            await parsed.Connect().ForgetBaselineAsync(parsed.GetRequiredValue(file), cancellation);
            if (!parsed.WantsJson())
            {
                terminal.Hint("It counts no more.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Say(BaselineReport report, Terminal terminal)
    {
        terminal.Out.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{report.Taken:N0} lines count from now on, {report.Known:N0} did before. File {report.File}");
        foreach (var agent in report.UnknownAgents)
        {
            terminal.Out.MarkupLineInterpolated($"[yellow]! agent {agent} is not registered; its lines count under that name[/]");
        }

        foreach (var price in report.MissingPrices)
        {
            var model = price.Model is null ? "lines without a model" : $"model {price.Model}";
            var what = $"no price on the day, and no costUsd: {price.Lines} lines have no cost, and no saving in US$ is said";
            terminal.Out.MarkupLineInterpolated($"[yellow]! {model}: {what}[/]");
        }

        terminal.Hint($"Compare with: {terminal.Mesh} stats --pairs");
    }

    private static string Describe(string name, IReadOnlyList<BaselineMistake> mistakes)
    {
        var more = mistakes.Count > MostMistakes ? $"\n  and {mistakes.Count - MostMistakes} more" : "";
        return $"{InputText.Name(name)} cannot be imported, and nothing of it was:\n  "
            + string.Join("\n  ", mistakes.Take(MostMistakes)) + more;
    }
}

/// <summary>What an import came to.</summary>
/// <param name="File">The file's hash.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Taken">Lines that count from now on.</param>
/// <param name="Known">Lines that counted before.</param>
/// <param name="UnknownAgents">Agents that the registry does not know.</param>
/// <param name="MissingPrices">Models without a price.</param>
internal sealed record BaselineReport(
    string File, int Lines, int Taken, int Known, IReadOnlyList<string> UnknownAgents, IReadOnlyList<MissingPrice> MissingPrices)
{
    /// <summary>With the answer about some of the lines.</summary>
    public BaselineReport With(BaselineReceipt receipt) => this with
    {
        Taken = Taken + receipt.Taken,
        Known = Known + receipt.Known,
        UnknownAgents = [.. UnknownAgents.Union(receipt.UnknownAgents)],
        MissingPrices =
        [
            .. MissingPrices.Concat(receipt.MissingPrices).GroupBy(price => price.Model)
                .Select(group => new MissingPrice(group.Key, group.Sum(price => price.Lines))),
        ],
    };
}
