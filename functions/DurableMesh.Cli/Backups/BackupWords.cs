using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client.Backups;

namespace DurableMesh.Cli.Backups;

/// <summary>What is said of backups.</summary>
internal static class BackupWords
{
    /// <summary>A backup in a few words.</summary>
    public static string Of(BackupSummary backup) => string.Create(
        CultureInfo.InvariantCulture,
        $"{backup.TakenAt:u}: {backup.Threads:N0} threads, {backup.Blobs:N0} blobs, {backup.Bytes:N0} bytes");

    /// <summary>Reads a file to its end and holds it against its manifest, and shows how far it is.</summary>
    /// <exception cref="BackupException">It is no backup that is whole.</exception>
    public static Task<BackupManifest> VerifyAsync(Stream file, Terminal terminal, CancellationToken cancellation) =>
        terminal.WorkAsync(
            "verifying",
            work => BackupReader.VerifyAsync(new Counted(file, work), cancellation),
            "bytes",
            file.Length);
}
