using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Workflows;
using Spectre.Console;

namespace DurableMesh.Cli.Evidence;

/// <summary>
/// <c>mesh evidence verify</c>: recomputes chain, rules, cost and verdict of a file, offline, and says what does not hold.
/// </summary>
internal static class VerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The evidence file; - for standard input." };
        var head = new Option<string?>("--head")
        {
            Description = "The head of the chain that you kept elsewhere (status shows it); the file must end with it.",
            HelpName = "SHA256",
        };
        head.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && ContentHash.TryReadHead(text) is null)
            {
                result.AddError("--head wants 64 hexadecimal digits, with 'sha256:' before them or without.");
            }
        });
        var threads = new Option<string?>("--threads")
        {
            Description =
                "For the evidence of a workflow or an experiment: the folder with the evidence of its threads, one ID.json each.",
            HelpName = "FOLDER",
        };
        var command = new Command("verify", "Check an evidence file offline: its hash chain, its cost, its verdict.")
        {
            file,
            head,
            threads,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var pinned = parsed.GetValue(head) is { } text ? ContentHash.TryReadHead(text) : null;
            var read = await InputText.ReadUtf8Async(parsed.GetRequiredValue(file), terminal, cancellation);
            if (WorkflowEvidenceVerifier.IsWorkflow(read))
            {
                return await VerifyWorkflowAsync(parsed, read, pinned, parsed.GetValue(threads), terminal);
            }

            if (ExperimentEvidenceVerifier.IsExperiment(read))
            {
                return await VerifyExperimentAsync(parsed, read, pinned, parsed.GetValue(threads), terminal);
            }

            var report = await CheckAsync(terminal, () => EvidenceVerifier.Verify(read, pinned));
            if (parsed.WantsJson())
            {
                terminal.WriteJson(report, CliJson.Context.EvidenceReport);
            }
            else
            {
                Write(report, terminal.Out);
            }

            return report.Holds ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    /// <summary>Says what a check gave.</summary>
    public static void Write(EvidenceReport report, IAnsiConsole console)
    {
        if (report.Holds)
        {
            var end = report.Final ? $"{ThreadWords.Of(report.EndState)} {ThreadWords.Of(report.Reason)}" : "not ended yet";
            console.MarkupLineInterpolated(
                $"[green]✓ the evidence holds[/]: {report.Entries} entries, chain, rules, cost and verdict recomputed; {end}");
            console.MarkupLineInterpolated($"[grey]head    {report.Head}[/]");
            return;
        }

        WriteFindings(report.Findings, console);
    }

    /// <summary>Says what the check of a workflow's evidence gave.</summary>
    public static void Write(WorkflowReport report, IAnsiConsole console)
    {
        if (!report.Holds)
        {
            WriteFindings(report.Findings, console);
            return;
        }

        var end = report.Final ? $"{ThreadWords.Of(report.EndState)} {ThreadWords.Of(report.Reason)}" : "not ended yet";
        var looked = report.ThreadsChecked == report.Threads
            ? $"the evidence of all {report.Threads} threads checked with it"
            : $"the evidence of {report.ThreadsChecked} of {report.Threads} threads checked with it (--threads FOLDER)";
        console.MarkupLineInterpolated(
            $"[green]✓ the evidence holds[/]: {report.Entries} entries, chain, steps and cost recomputed; {looked}; {end}");
        console.MarkupLineInterpolated($"[grey]head    {report.Head}[/]");
    }

    /// <summary>Says what the check of an experiment's evidence gave.</summary>
    public static void Write(ExperimentReport report, IAnsiConsole console)
    {
        if (!report.Holds)
        {
            WriteFindings(report.Findings, console);
            return;
        }

        var end = report.Final ? ThreadWords.Of(report.Outcome) : "not all runs are done";
        var looked = report.Heads == 0 ? "no run pins evidence of its own"
            : $"the evidence of {report.HeadsChecked} of {report.Heads} runs checked with it"
                + (report.HeadsChecked < report.Heads ? " (--threads FOLDER)" : "");
        console.MarkupLineInterpolated(
            $"[green]✓ the evidence holds[/]: {report.Runs} runs; chain, order, figures, decision recomputed; {looked}; {end}");
        console.MarkupLineInterpolated($"[grey]head    {report.Head}[/]");
    }

    /// <summary>Finds the evidence of threads in a folder.</summary>
    public static Func<string, ReadOnlyMemory<byte>?> InFolder(string folder) => threadId =>
        Path.Combine(folder, $"{Path.GetFileName(threadId)}.json") is var file && File.Exists(file)
            ? (ReadOnlyMemory<byte>?)File.ReadAllBytes(file)
            : null;

    private static async Task<int> VerifyExperimentAsync(
        ParseResult parsed, ReadOnlyMemory<byte> read, string? pinned, string? folder, Terminal terminal)
    {
        var files = FilesIn(folder);
        var report = await CheckAsync(terminal, () => ExperimentEvidenceVerifier.Verify(read, pinned, files));
        if (parsed.WantsJson())
        {
            terminal.WriteJson(report, CliJson.Context.ExperimentReport);
        }
        else
        {
            Write(report, terminal.Out);
        }

        return report.Holds ? ExitCode.Done : ExitCode.Refused;
    }

    private static Task<T> CheckAsync<T>(Terminal terminal, Func<T> check) =>
        terminal.WorkAsync("checking the evidence", _ => Task.Run(check));

    private static Func<string, ReadOnlyMemory<byte>?>? FilesIn(string? folder) =>
        folder is null ? null
        : Directory.Exists(folder) ? InFolder(folder)
        : throw new CliException(ExitCode.Usage, $"--threads {folder}: there is no such folder.");

    private static async Task<int> VerifyWorkflowAsync(
        ParseResult parsed, ReadOnlyMemory<byte> read, string? pinned, string? folder, Terminal terminal)
    {
        var files = FilesIn(folder);
        var report = await CheckAsync(terminal, () => WorkflowEvidenceVerifier.Verify(read, pinned, files));
        if (parsed.WantsJson())
        {
            terminal.WriteJson(report, CliJson.Context.WorkflowReport);
        }
        else
        {
            Write(report, terminal.Out);
        }

        return report.Holds ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>Says what does not hold.</summary>
    public static void WriteFindings(IReadOnlyList<EvidenceFinding> findings, IAnsiConsole console)
    {
        foreach (var finding in findings)
        {
            var place = finding.Entry is { } entry
                ? string.Create(CultureInfo.InvariantCulture, $"entry {entry} ({finding.Id})")
                : "the file";
            console.MarkupLineInterpolated(
                $"[red]✗ {place}[/] {finding.Path}: {finding.Message} [grey]({ThreadWords.Of(finding.Fault)})[/]");
            if (finding.Expected is not null || finding.Found is not null)
            {
                console.MarkupLineInterpolated($"[grey]    expected {finding.Expected ?? "nothing"}[/]");
                console.MarkupLineInterpolated($"[grey]    found    {finding.Found ?? "nothing"}[/]");
            }
        }

        console.MarkupLineInterpolated($"[red]The evidence does not hold[/]: {findings.Count} of its claims are wrong.");
    }
}
