using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>
/// What stays in memory of an instance that is on the shelf, that is in a checkpoint: where it lies, and what queries ask for.
/// </summary>
/// <remarks>
/// An instance whose history grows is not written anew each time: a record holds the newest state and the newest part of the
/// history, and the parts before it stay where they are. Each part is at least twice as long as the one after it, so that there
/// are few of them and a byte of history is copied only a logarithmic number of times.
/// </remarks>
internal sealed class ShelvedInstance
{
    private static readonly Extent[] None = [];

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The commit with the newest fact that is in it.</summary>
    public required long AsOf { get; init; }

    /// <summary>Whether the instance was started.</summary>
    public required bool Exists { get; init; }

    /// <summary>Durable Task's status.</summary>
    public required OrchestrationRuntimeStatus Status { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>
    /// Whether it had something to do when it was captured (an activity under way, input that its code has not seen): then a
    /// recovery takes it off the shelf at once.
    /// </summary>
    public required bool IsBusy { get; init; }

    /// <summary>The timers that it waits for; null once the partition's timer queue has them.</summary>
    public IReadOnlyList<ShelvedTimer>? Timers { get; set; }

    /// <summary>The record with its state and the newest part of its history.</summary>
    public required Extent Newest { get; set; }

    /// <summary>The older parts of its history, oldest first.</summary>
    public Extent[] Older { get; init; } = None;

    /// <summary>All its records, oldest first.</summary>
    public IEnumerable<Extent> Extents => Older.Append(Newest);

    /// <summary>Says that the storage has lost it for good.</summary>
    public InvalidDataException Lost(int partition, Exception? inner = null) => new(
        $"Partition {partition}: the storage has lost checkpoint file {Newest.File}, which holds instance '{Id}'. "
        + "Restore the blob from a backup; going on without it would lose acknowledged work.",
        inner);
}

/// <summary>A timer that an instance on the shelf waits for.</summary>
/// <param name="ExecutionId">Of which execution.</param>
/// <param name="TaskId">Its id there, or <see cref="Partitions.DueTimer.Start"/>.</param>
/// <param name="DueAt">When it is due (UTC).</param>
internal readonly record struct ShelvedTimer(string ExecutionId, int TaskId, DateTime DueAt);
