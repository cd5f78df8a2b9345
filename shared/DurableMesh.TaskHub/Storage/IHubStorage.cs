namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// Where a task hub lives: a fixed number of partitions, each with one owner and one log. Two implementations exist: Azure
/// Storage (append blobs and blob leases) and memory (with fault injection, for tests).
/// </summary>
/// <remarks>
/// An implementer need not batch, retry for long, or cache: the engine does. Every method may throw
/// <see cref="StorageUnavailableException"/>; for a write that means <em>the outcome is unknown</em>.
/// </remarks>
internal interface IHubStorage
{
    /// <summary>
    /// Creates the hub with <paramref name="partitionCount"/> partitions when it does not exist, and answers how many
    /// partitions the hub has. The number is fixed at creation; the caller decides what a difference means.
    /// </summary>
    Task<int> EnsureHubAsync(int partitionCount, CancellationToken cancellation);

    /// <summary>The storage of partition <paramref name="partition"/> (0-based). Does no I/O.</summary>
    IPartitionStorage OpenPartition(int partition);
}

/// <summary>
/// One partition: a lease that makes its holder the only writer, an append-only log in numbered segments, and beside it numbered
/// checkpoint files, each written once as a whole.
/// </summary>
internal interface IPartitionStorage
{
    /// <summary>
    /// Tries once to become the owner. On success every earlier owner is fenced: none of its appends can succeed any more.
    /// Fails, naming the holder, while somebody else's lease is alive; takes over at once from an owner that the implementation
    /// can prove dead (a process of this machine that no longer runs), and from the same host's earlier ownership.
    /// </summary>
    Task<LeaseAttempt> TryAcquireLeaseAsync(HubOwner owner, CancellationToken cancellation);

    /// <summary>Renews the lease. Due every third of <see cref="LeaseDuration"/>.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    Task RenewLeaseAsync(CancellationToken cancellation);

    /// <summary>Gives the lease up, so that the next owner need not wait for it to expire. Does nothing when not held.</summary>
    Task ReleaseLeaseAsync(CancellationToken cancellation);

    /// <summary>How long a lease lives unless it is renewed.</summary>
    TimeSpan LeaseDuration { get; }

    /// <summary>The log's segments with their lengths in bytes, in ascending order of their numbers.</summary>
    Task<IReadOnlyList<LogSegment>> ListSegmentsAsync(CancellationToken cancellation);

    /// <summary>Creates the empty segment <paramref name="number"/> under the lease, unless it exists and is empty.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    /// <exception cref="AppendPositionException">The segment exists and is not empty.</exception>
    Task CreateSegmentAsync(long number, CancellationToken cancellation);

    /// <summary>
    /// Appends <paramref name="block"/> to a segment if, and only if, the caller still holds the lease and the segment is
    /// exactly <paramref name="position"/> bytes long. Atomic: all of the block or nothing.
    /// </summary>
    /// <param name="segment">The segment's number.</param>
    /// <param name="position">The length in bytes that the segment must have.</param>
    /// <param name="block">From 1 to <see cref="MaximumBlockBytes"/> bytes.</param>
    /// <param name="cancellation">Stops waiting; the outcome is then unknown.</param>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    /// <exception cref="AppendPositionException">The segment has another length, or does not exist.</exception>
    /// <exception cref="SegmentFullException">The segment takes no more blocks: go on in the next one.</exception>
    Task AppendAsync(long segment, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation);

    /// <summary>
    /// At most <paramref name="length"/> bytes of a segment from <paramref name="offset"/> on; fewer only at its end.
    /// </summary>
    /// <exception cref="FileNotFoundException">The segment does not exist.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(long segment, long offset, int length, CancellationToken cancellation);

    /// <summary>Deletes a whole segment under the lease; does nothing when it does not exist.</summary>
    Task DeleteSegmentAsync(long number, CancellationToken cancellation);

    /// <summary>
    /// Writes checkpoint file <paramref name="number"/> as a whole or not at all; false, and nothing is written, where the number
    /// is taken. Needs no lease: a file counts only once the log, which the lease guards, refers to it.
    /// </summary>
    Task<bool> TryWriteCheckpointFileAsync(long number, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Reads exactly <paramref name="length"/> bytes of a checkpoint file from <paramref name="offset"/> on.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file ends earlier.</exception>
    Task<byte[]> ReadCheckpointFileAsync(long number, long offset, int length, CancellationToken cancellation);

    /// <summary>The checkpoint files with their lengths in bytes, in ascending order of their numbers.</summary>
    Task<IReadOnlyList<CheckpointFile>> ListCheckpointFilesAsync(CancellationToken cancellation);

    /// <summary>Deletes a checkpoint file; does nothing when it does not exist.</summary>
    Task DeleteCheckpointFileAsync(long number, CancellationToken cancellation);

    /// <inheritdoc cref="ISaveWitness.SavedUntil"/>
    long? SavedUntil(long newest);

    /// <summary>The largest block that <see cref="AppendAsync"/> takes, in bytes.</summary>
    int MaximumBlockBytes { get; }

    /// <summary>How many blocks a segment takes before it must rotate (the service's limit is 50,000 a blob).</summary>
    int MaximumBlocksPerSegment { get; }
}

/// <summary>Who owns a partition, as others can read it while they wait.</summary>
/// <param name="HostId">Unique for each start of a host.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="ProcessId">The process id on that machine.</param>
/// <param name="ProcessStamp">
/// Tells a process id that was given out again from the process that is meant (boot, namespace, start time).
/// </param>
/// <param name="Address">The base address of its HTTP API, for pointing callers to it.</param>
internal sealed record HubOwner(string HostId, string Machine, int ProcessId, string ProcessStamp, string? Address);

/// <summary>The outcome of one attempt at a lease.</summary>
/// <param name="Acquired">Whether the caller is now the owner.</param>
/// <param name="Holder">Who holds it otherwise, where that is known.</param>
internal sealed record LeaseAttempt(bool Acquired, HubOwner? Holder);

/// <summary>One segment of a partition's log.</summary>
/// <param name="Number">Ascending from 1.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Blocks">How many blocks were appended, where the implementation knows; otherwise null.</param>
internal sealed record LogSegment(long Number, long Length, int? Blocks);

/// <summary>One file of a partition's checkpoints.</summary>
/// <param name="Number">Ascending from 1; never used twice.</param>
/// <param name="Length">In bytes.</param>
internal sealed record CheckpointFile(long Number, long Length);
