namespace DurableMesh.TaskHub.Storage;

/// <summary>One partition as one host sees it. The object is the lease's identity.</summary>
internal sealed class InMemoryPartition(InMemoryHubStorage store, InMemoryHubConnection connection, int partition)
    : IPartitionStorage
{
    /// <inheritdoc/>
    public TimeSpan LeaseDuration => store.LeaseDuration;

    /// <inheritdoc/>
    public int MaximumBlockBytes => store.MaximumBlockBytes;

    /// <inheritdoc/>
    public int MaximumBlocksPerSegment => store.MaximumBlocksPerSegment;

    /// <inheritdoc/>
    public long? SavedUntil(long newest) => store.SavedUntil?.Invoke();

    /// <summary>The host that it belongs to.</summary>
    public InMemoryHubConnection Connection => connection;

    /// <inheritdoc/>
    public Task<LeaseAttempt> TryAcquireLeaseAsync(HubOwner owner, CancellationToken cancellation) =>
        RunAsync(StorageOperation.AcquireLease, null, () => store.TryAcquire(partition, this, owner), cancellation);

    /// <inheritdoc/>
    public Task RenewLeaseAsync(CancellationToken cancellation) =>
        RunAsync(StorageOperation.RenewLease, null, () => store.Renew(partition, this), cancellation);

    /// <inheritdoc/>
    public Task ReleaseLeaseAsync(CancellationToken cancellation) =>
        RunAsync(StorageOperation.ReleaseLease, null, () => store.Release(partition, this), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogSegment>> ListSegmentsAsync(CancellationToken cancellation) =>
        RunAsync(StorageOperation.ListSegments, null, () => store.List(partition), cancellation);

    /// <inheritdoc/>
    public Task CreateSegmentAsync(long number, CancellationToken cancellation) =>
        RunAsync(StorageOperation.CreateSegment, number, () => store.CreateSegment(partition, number, this), cancellation);

    /// <inheritdoc/>
    public Task AppendAsync(long segment, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation) =>
        connection.RunAsync(
            StorageOperation.Append,
            partition,
            segment,
            () => Append(segment, position, block),
            fault =>
            {
                LoseLease(fault);
                if (fault.Outcome is FaultOutcome.Tear)
                {
                    Append(segment, position, block[..fault.KeptBytes]);
                }
            },
            cancellation);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadAsync(long segment, long offset, int length, CancellationToken cancellation) =>
        RunAsync<ReadOnlyMemory<byte>>(
            StorageOperation.Read, segment, () => store.Read(partition, segment, offset, length), cancellation);

    /// <inheritdoc/>
    public Task DeleteSegmentAsync(long number, CancellationToken cancellation) =>
        RunAsync(StorageOperation.DeleteSegment, number, () => store.DeleteSegment(partition, number, this), cancellation);

    /// <inheritdoc/>
    public Task<bool> TryWriteCheckpointFileAsync(long number, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        RunAsync(
            StorageOperation.WriteCheckpointFile,
            number,
            () => store.TryWriteCheckpointFile(partition, number, content),
            cancellation);

    /// <inheritdoc/>
    public Task<byte[]> ReadCheckpointFileAsync(long number, long offset, int length, CancellationToken cancellation) =>
        RunAsync(
            StorageOperation.ReadCheckpointFile,
            number,
            () => store.ReadCheckpointFile(partition, number, offset, length),
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CheckpointFile>> ListCheckpointFilesAsync(CancellationToken cancellation) =>
        RunAsync(StorageOperation.ListCheckpointFiles, null, () => store.ListCheckpointFiles(partition), cancellation);

    /// <inheritdoc/>
    public Task DeleteCheckpointFileAsync(long number, CancellationToken cancellation) =>
        RunAsync(
            StorageOperation.DeleteCheckpointFile, number, () => store.DeleteCheckpointFile(partition, number), cancellation);

    private bool Append(long segment, long position, ReadOnlyMemory<byte> block)
    {
        store.Append(partition, segment, position, block, this);
        return true;
    }

    private Task<bool> RunAsync(StorageOperation operation, long? number, Action effect, CancellationToken cancellation) =>
        RunAsync(
            operation,
            number,
            () =>
            {
                effect();
                return true;
            },
            cancellation);

    private Task<T> RunAsync<T>(StorageOperation operation, long? number, Func<T> effect, CancellationToken cancellation) =>
        connection.RunAsync(operation, partition, number, effect, LoseLease, cancellation);

    private void LoseLease(StorageFault fault)
    {
        if (fault.Outcome is FaultOutcome.LoseLease)
        {
            store.Lose(partition, this);
        }
    }
}
