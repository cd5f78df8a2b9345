using System.Collections.Concurrent;

namespace DurableMesh.TaskHub.Storage;

/// <summary>One host's way to an <see cref="InMemoryHubStorage"/>: its fault plan, its call counts, its leases.</summary>
internal sealed class InMemoryHubConnection(InMemoryHubStorage store, StorageFaultPlan? faults) : IHubStorage
{
    private readonly ConcurrentDictionary<(StorageOperation, int Partition), int> _calls = [];
    private volatile bool _dead;

    /// <summary>What goes wrong from now on; null means nothing.</summary>
    public StorageFaultPlan? Faults { get; set; } = faults;

    /// <summary>Whether the host was killed.</summary>
    public bool IsDead => _dead;

    /// <summary>
    /// The host's process is gone: whatever it still calls, calls that wait included, fails without effect, and other hosts may
    /// take over its partitions at once.
    /// </summary>
    public void Kill() => _dead = true;

    /// <inheritdoc/>
    public Task<int> EnsureHubAsync(int partitionCount, CancellationToken cancellation) =>
        RunAsync(StorageOperation.EnsureHub, -1, null, () => store.EnsureHub(partitionCount), null, cancellation);

    /// <inheritdoc/>
    public IPartitionStorage OpenPartition(int partition) => new InMemoryPartition(store, this, partition);

    internal async Task<T> RunAsync<T>(
        StorageOperation operation,
        int partition,
        long? number,
        Func<T> effect,
        Action<StorageFault>? spoil,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var nth = _calls.AddOrUpdate((operation, partition), 1, (_, count) => count + 1);
        var fault = Faults?.Invoke(new StorageCall(operation, partition, number, nth)) ?? StorageFault.None;
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, store.Time, cancellation);
        }

        await fault.Gate.WaitAsync(cancellation);
        if (_dead || fault.Outcome is FaultOutcome.FailBefore)
        {
            throw Unavailable(operation, partition);
        }

        spoil?.Invoke(fault);
        var result = fault.Outcome is FaultOutcome.Tear ? default : effect();
        return fault.Outcome is FaultOutcome.FailAfter or FaultOutcome.Tear ? throw Unavailable(operation, partition) : result!;
    }

    private static StorageUnavailableException Unavailable(StorageOperation operation, int partition) =>
        new($"The in-memory storage does not answer ({operation} on partition {partition}).");
}
