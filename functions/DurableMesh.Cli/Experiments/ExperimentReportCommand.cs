using System.CommandLine;
using System.Text;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Experiments.Report;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment report</c>: what an experiment says, as pages, as evidence and on the terminal.</summary>
internal static class ExperimentReportCommand
{
    /// <summary>The evidence, in the experiment's folder.</summary>
    public const string EvidenceName = "experiment-evidence.json";

    private const string MarkdownName = "report.md";
    private const string HtmlName = "report.html";

    private static readonly Argument<string> Folder = new("FOLDER") { Description = "The experiment's folder." };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("report", $"Write {MarkdownName}, {HtmlName} and {EvidenceName} anew, and print the decision.")
        {
            Folder,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(Folder);
            return WriteAsync(parsed, folder, ExperimentFolder.Read(folder).Entries, terminal, cancellation);
        });
        return command;
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">The experiment's folder.</param>
    /// <param name="entries">Its chain.</param>
    /// <param name="terminal">Where the decision is printed.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<int> WriteAsync(
        ParseResult parsed,
        string folder,
        IReadOnlyList<ExperimentEntry> entries,
        Terminal terminal,
        CancellationToken cancellation)
    {
        var evidence = await terminal.WorkAsync("working the figures out", _ => Task.Run(() => ExperimentEvidence.Of(entries)));
        var (plan, runs) = (((ExperimentOpened)entries[0].Event).Plan, ExperimentEvidence.RunsOf(entries));
        var result = evidence.Result;
        await WriteAsync(EvidenceName, evidence.ToUtf8());
        await WriteAsync(MarkdownName, Encoding.UTF8.GetBytes(MarkdownPage.Of(plan, result, runs)));
        await WriteAsync(HtmlName, Encoding.UTF8.GetBytes(HtmlPage.Of(plan, result, runs)));
        if (parsed.WantsJson())
        {
            terminal.WriteJson(result, MeshJsonContext.Default.ExperimentResult);
            return ExitCode.Done;
        }

        foreach (var table in (WordTable[])
        [
            ExperimentTables.Arms(result), ExperimentTables.Verdicts(result), ExperimentTables.Savings(plan, result),
        ])
        {
            terminal.Say(table.Title);
            var listing = new Listing([.. table.Columns]) { Numbers = [.. table.Columns.Skip(1)] };
            foreach (var row in table.Rows)
            {
                listing.Add([.. row]);
            }

            listing.WriteTo(terminal.Out);
            terminal.Say("");
        }

        foreach (var remark in ExperimentTables.Remarks(plan, result, runs).Concat(result.Decision.Vetoes))
        {
            terminal.Say(remark);
        }

        terminal.Say($"{ExperimentWords.Of(result.Decision.Outcome)}: {result.Decision.Words}");
        terminal.Hint($"{Path.Combine(folder, HtmlName)}, {MarkdownName} and {EvidenceName} say the rest");
        return ExitCode.Done;

        Task WriteAsync(string name, byte[] content) =>
            ArtifactFile.WriteAsync(Path.Combine(folder, name), content, cancellation);
    }
}
