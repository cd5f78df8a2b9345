using System.CommandLine;
using System.Text;
using DurableMesh.Cli.CommandLine;
using Spectre.Console;

namespace DurableMesh.Cli.Evidence;

/// <summary><c>mesh evidence</c>: fetches a thread's evidence.</summary>
internal static class EvidenceCommand
{
    private static readonly Option<string?> OutFile = new("--out", "-o")
    {
        Description = "Write it to a file.",
        HelpName = "FILE",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("evidence", "Fetch a thread's evidence: what was said, checked and spent, in a hash chain.")
        {
            threadId,
            OutFile,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var evidence = await parsed.Connect().GetEvidenceAsync(parsed.GetRequiredValue(threadId), cancellation);
            if (parsed.GetValue(OutFile) is not { } file)
            {
                terminal.Write(Encoding.UTF8.GetString(evidence).TrimEnd() + "\n");
                return ExitCode.Done;
            }

            try
            {
                await File.WriteAllBytesAsync(file, evidence, cancellation);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCode.Usage, $"{file} cannot be written: {failure.Message}", failure);
            }

            terminal.Note.MarkupLineInterpolated(
                $"[grey]{evidence.Length:N0} bytes in {file}; check it with: mesh evidence verify {file}[/]");
            return ExitCode.Done;
        });
        command.Subcommands.Add(VerifyCommand.Create(terminal));
        return command;
    }
}
