namespace DurableMesh.Client.Backups;

/// <summary>How far a restore is, as the program that does it says it to the one that waits for it.</summary>
/// <param name="Done">So many blobs are written.</param>
/// <param name="Blobs">Of so many.</param>
/// <param name="Restored">What was restored; null until all of it is.</param>
internal sealed record RestoreReport(int Done, int Blobs, BackupSummary? Restored)
{
    /// <summary>The program's exit code where the backup, or what there is already, does not allow it.</summary>
    public const int Refused = 3;

    /// <summary>The program's exit code where the storage did not answer.</summary>
    public const int StorageAway = 4;
}

/// <summary>A backup in numbers.</summary>
/// <param name="TakenAt">The instant that it holds the mesh of.</param>
/// <param name="Version">The version of the mesh that wrote it.</param>
/// <param name="Threads">How many threads it has.</param>
/// <param name="Blobs">How many blobs.</param>
/// <param name="Bytes">Their bytes, unpacked.</param>
internal sealed record BackupSummary(DateTimeOffset TakenAt, string Version, int Threads, int Blobs, long Bytes)
{
    /// <summary>The numbers of a backup.</summary>
    public static BackupSummary Of(BackupManifest manifest) => new(
        manifest.TakenAt,
        manifest.Version,
        manifest.Threads,
        manifest.Blobs.Count,
        manifest.Blobs.Sum(blob => blob.Length));
}
