using System.CommandLine;
using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Processes;
using DurableMesh.Client.Backups;

namespace DurableMesh.Cli.Backups;

/// <summary><c>mesh restore</c>: a backup into the empty storage of a mesh that does not run here.</summary>
internal static class RestoreCommand
{
    /// <summary>The first word of the host's command line that makes it restore.</summary>
    private const string HostWord = "restore";

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "The backup, of 'mesh backup'." };
        var check = new Option<bool>("--check") { Description = "Only verify it." };
        var command = new Command("restore", "Restore a backup into the empty storage that 'up' would use.") { file, check };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = Path.GetFullPath(parsed.GetRequiredValue(file));
            await using var backup = File.OpenRead(path);
            var summary = parsed.GetValue(check)
                ? await CheckAsync(backup, terminal, cancellation)
                : await RestoreAsync(path, terminal, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(summary, CliJson.Context.BackupSummary);
            }
            else
            {
                terminal.Say(parsed.GetValue(check)
                    ? $"{path} is whole, and holds the mesh of {BackupWords.Of(summary)}"
                    : $"Restored the mesh of {BackupWords.Of(summary)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<BackupSummary> CheckAsync(Stream backup, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            return BackupSummary.Of(await BackupWords.VerifyAsync(backup, terminal, cancellation));
        }
        catch (BackupException broken)
        {
            throw new CliException(ExitCode.Refused, broken.Message, broken);
        }
    }

    // The host knows its settings and its storage; so it does it, as a program that ends.
    private static Task<BackupSummary> RestoreAsync(string path, Terminal terminal, CancellationToken cancellation)
    {
        var program = HostProgram.Find("restore", terminal);
        return terminal.WorkAsync(
            "restoring",
            async work =>
            {
                var (restored, last) = (default(BackupSummary), "");
                await using var process = BackgroundProcess.Start(
                    program.FileName, [.. program.Arguments, HostWord, path], [], program.Root, Hear);
                await process.WaitAsync(cancellation);
                return restored ?? throw new CliException(
                    process.ExitCode is var code and (RestoreReport.Refused or RestoreReport.StorageAway) ? code : ExitCode.Usage,
                    last);

                void Hear(string line)
                {
                    if (!line.StartsWith('{'))
                    {
                        if (last.Length > 0)
                        {
                            terminal.Pass(last);
                        }

                        last = line;
                        return;
                    }

                    var report = JsonSerializer.Deserialize(line, BackupJson.Default.RestoreReport)!;
                    work.Expect(report.Blobs);
                    work.Advance(report.Done - work.Done);
                    restored = report.Restored;
                }
            },
            "blobs");
    }
}
