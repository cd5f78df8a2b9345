using System.CommandLine;
using System.Text;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Threads;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Cli.Evidence;

/// <summary>What <c>mesh evidence --out --json</c> prints.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="File">Where its evidence was written to.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Sha256">The SHA-256 of the file.</param>
internal sealed record SavedEvidence(string ThreadId, string File, int Size, string Sha256);

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
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var evidence = await mesh.GetEvidenceAsync(id, cancellation);
            if (parsed.GetValue(OutFile) is not { } file)
            {
                terminal.WriteJson(Encoding.UTF8.GetString(evidence).TrimEnd());
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

            if (parsed.WantsJson())
            {
                var saved = new SavedEvidence(id, file, evidence.Length, ContentHash.Hex(evidence));
                terminal.WriteJson(saved, CliJson.Context.SavedEvidence);
            }
            else
            {
                terminal.Hint($"{evidence.Length:N0} bytes in {file}; check it with: {terminal.Mesh} evidence verify {file}");
            }

            return ExitCode.Done;
        });
        command.Subcommands.Add(VerifyCommand.Create(terminal));
        return command;
    }
}
