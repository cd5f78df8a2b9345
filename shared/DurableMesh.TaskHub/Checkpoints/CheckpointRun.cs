using DurableMesh.TaskHub.Instances;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>One checkpoint in the making.</summary>
/// <param name="Number">Its number.</param>
/// <param name="TailSegment">The log segment that was written to when it was begun.</param>
/// <param name="TailCommit">The first commit that was not closed then.</param>
/// <param name="LogBytes">How many bytes the log had taken then.</param>
/// <param name="Dirty">The instances to which something had happened since the checkpoint before.</param>
/// <param name="Existing">The files of the checkpoint before.</param>
/// <param name="Clearing">The numbers of those whose records are written anew, so that they can be deleted.</param>
/// <param name="Purged">The instances that were purged since the checkpoint before.</param>
internal sealed record CheckpointRun(
    long Number,
    long TailSegment,
    long TailCommit,
    long LogBytes,
    IReadOnlyList<Instance> Dirty,
    IReadOnlyList<ManifestFile> Existing,
    IReadOnlySet<long> Clearing,
    IReadOnlyList<string> Purged)
{
    /// <summary>What was captured, in order.</summary>
    public List<Capture> Captures { get; } = [];

    /// <summary>The files that were written, each with the instances that it says are gone.</summary>
    public List<(ManifestFile Entry, IReadOnlyList<string> Purged)> Files { get; } = [];
}

/// <summary>An instance as it was captured for a checkpoint.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Entry">Its new copy.</param>
/// <param name="Generation">How often its history had begun anew.</param>
/// <param name="History">How many bytes of history the copy has.</param>
internal sealed record Capture(Instance Instance, ShelvedInstance Entry, int Generation, int History);
