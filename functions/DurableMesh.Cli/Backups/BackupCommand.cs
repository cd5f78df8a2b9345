using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Client.Backups;

namespace DurableMesh.Cli.Backups;

/// <summary><c>mesh backup</c>: all that a mesh keeps, in a file, while it runs.</summary>
internal static class BackupCommand
{
    private const int Attempts = 3;

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Where the backup goes; it holds the mesh's secrets." };
        var force = new Option<bool>("--force") { Description = "Write over a FILE that is there." };
        var command = new Command("backup", "Back the mesh up into a file, while it runs.") { file, force };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (path, mesh) = (Path.GetFullPath(parsed.GetRequiredValue(file)), parsed.Connect());
            if (Path.Exists(path) && !parsed.GetValue(force))
            {
                throw new CliException(ExitCode.Usage, $"{path} is there already; --force writes over it.");
            }

            var part = $"{path}.part";
            try
            {
                var manifest = await TakeAsync(mesh, part, terminal, cancellation);
                File.Move(part, path, overwrite: true);
                var summary = BackupSummary.Of(manifest);
                if (parsed.WantsJson())
                {
                    terminal.WriteJson(summary, CliJson.Context.BackupSummary);
                }
                else
                {
                    terminal.Say($"{path} holds the mesh of {BackupWords.Of(summary)}; verified");
                    terminal.Hint("It holds the mesh's secrets: keep it as you keep a key.");
                }

                return ExitCode.Done;
            }
            finally
            {
                File.Delete(part);
            }
        });
        return command;
    }

    private static async Task<BackupManifest> TakeAsync(
        MeshClient mesh, string part, Terminal terminal, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            File.Delete(part);
            await using var file = PrivateFolder.Open(part, FileMode.CreateNew);
            try
            {
                await terminal.WorkAsync("backing up", work => mesh.BackUpAsync(new Counted(file, work), cancellation), "bytes");
                file.Flush(flushToDisk: true);
                file.Position = 0;
                return await BackupWords.VerifyAsync(file, terminal, cancellation);
            }
            catch (Exception broken) when (attempt < Attempts
                && broken is (BackupException or MeshUnreachableException { IsBrokenOff: true }))
            {
                terminal.Pass($"mesh: the backup was broken off, and is begun anew: {broken.Message}");
            }
            catch (BackupException broken)
            {
                throw new CliException(ExitCode.Unreachable, $"The backup was broken off. {broken.Message}", broken);
            }
        }
    }
}
