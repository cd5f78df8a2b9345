using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub;

/// <summary>
/// This host's ownership of a hub: waits until it owns every partition, recovers and runs them, and starts over when the
/// ownership is lost. Owns what this host is to the hub, and the partitions of the current term.
/// </summary>
/// <param name="storage">The hub's storage.</param>
/// <param name="owner">This host, as it stands with the leases.</param>
/// <param name="services">What the partitions share.</param>
/// <param name="logger">Takes what is worth telling.</param>
internal sealed partial class HubOwnership(IHubStorage storage, HubOwner owner, PartitionServices services, ILogger logger)
{
    private static readonly TimeSpan LeasePoll = TimeSpan.FromMilliseconds(200);

    private readonly TaskHubOptions _options = services.Options;
    private readonly TimeProvider _time = services.Time;
    private readonly EngineMetrics _metrics = services.Metrics;
    private volatile TaskCompletionSource<Partition[]> _partitions = NewTerm();
    private TaskCompletionSource<bool> _termOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _terms;
    private volatile TaskHubState _state = new(TaskHubRole.Opening);
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What this host is to the hub now.</summary>
    public TaskHubState State => _state;

    /// <inheritdoc cref="ITaskHubStatus.ConfirmAsync"/>
    public async Task<TaskHubState> ConfirmAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed = _changed.Task;
            TaskHubState state = _state;
            if (state.Role == TaskHubRole.StandingBy)
            {
                return state;
            }

            if (state.Role == TaskHubRole.Owner && Term is { } partitions)
            {
                try
                {
                    foreach (Partition partition in partitions)
                    {
                        await partition.ConfirmAsync(cancellation);
                    }

                    return state;
                }
                catch (LeaseLostException)
                {
                    return new TaskHubState(TaskHubRole.StandingBy);
                }
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>The partitions of the current term; null while there is none.</summary>
    public IReadOnlyList<Partition>? Term => _partitions.Task.IsCompletedSuccessfully ? _partitions.Task.Result : null;

    /// <summary>All partitions, once they are ready.</summary>
    public async Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken cancellation) =>
        await _partitions.Task.OrCancelledAsync(cancellation);

    /// <summary>Waits, after a partition has ended, until the term that it belonged to is over.</summary>
    public async Task WhenOverAsync(Partition ended, CancellationToken cancellation)
    {
        Task<bool> over = Volatile.Read(ref _termOver).Task;
        if (Term?.Contains(ended) == true)
        {
            await over.OrCancelledAsync(cancellation);
        }
    }

    /// <summary>Says that another host owns the hub, or none.</summary>
    public TaskHubUnavailableException NotOwned(Exception? inner = null) =>
        new($"This host does not own task hub '{_options.HubName}'.", inner);

    /// <summary>Runs one ownership after the other until it is told to stop.</summary>
    /// <exception cref="InvalidDataException">The storage does not hold what was written to it.</exception>
    /// <exception cref="NewerFormatException">A newer version wrote to it.</exception>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunTermAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnavailableException away)
            {
                LogStorageAway(away.Message);
                await Task.Delay(LeasePoll, _time, stoppingToken);
            }
            catch (LeaseLostException lost)
            {
                LogTermEnded(lost.Message);
                await Task.Delay(LeasePoll, _time, stoppingToken);
            }
        }
    }

    /// <summary>One ownership, from the leases to their release.</summary>
    private async Task RunTermAsync(CancellationToken stopping)
    {
        int count = await EnsureHubAsync(stopping);
        IPartitionStorage[] storages = [.. Enumerable.Range(0, count).Select(storage.OpenPartition)];
        PartitionLease[] leases = [.. storages.Select(one => new PartitionLease(one, _time))];
        var partitions = new Partition[count];
        for (int number = 0; number < count; number++)
        {
            partitions[number] = new Partition(number, storages[number], leases[number], partitions, services);
        }

        List<Task> renewals = [];
        Task[] runs = [];
        (int held, string end) = (0, "released");
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            foreach ((PartitionLease lease, Partition partition) in leases.Zip(partitions))
            {
                await AcquireAsync(lease, stopping);

                // At once: hosts that wait for one lease while those before run out would take them from one another for ever.
                renewals.Add(RenewAsync(lease, partition, term.Token));
                _metrics.LeasesChanged("acquired", 1);
                held++;
            }

            bool takesOver = _state.Role == TaskHubRole.StandingBy;
            Become(new TaskHubState(TaskHubRole.Recovering));
            long started = _time.GetTimestamp();
            await Task.WhenAll(partitions.Select(partition => partition.RecoverAsync(stopping)));
            runs = [.. partitions.Select(partition => partition.RunAsync())];
            LogReady(
                takesOver ? "taken over" : "ready", _options.HubName, count, _time.GetElapsedTime(started).TotalMilliseconds);
            _partitions.TrySetResult(partitions);
            Become(new TaskHubState(TaskHubRole.Owner, Term: ++_terms));

            await using CancellationTokenRegistration stop = stopping.Register(
                () => Array.ForEach(partitions, partition => partition.Stop()));
            await await Task.WhenAny(runs);
            await Task.WhenAll(runs);
        }
        catch (LeaseLostException)
        {
            end = "lost";
            // Who owns the hub instead turns out at the next attempt.
            Become(new TaskHubState(TaskHubRole.StandingBy));
            throw;
        }
        finally
        {
            if (_partitions.Task.IsCompleted)
            {
                _partitions = NewTerm();
                Interlocked.Exchange(ref _termOver, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(true);
            }

            TaskHubUnavailableException gone = NotOwned();
            Array.ForEach(partitions, partition => partition.Abort(gone));
            await Task.WhenAll(runs).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            term.Cancel();
            await Task.WhenAll(renewals);
            await ReleaseAsync(storages);
            _metrics.LeasesChanged(end, held);
            Array.ForEach(partitions, partition => partition.Dispose());
        }
    }

    /// <summary>Waits until the storage answers.</summary>
    private async Task<int> EnsureHubAsync(CancellationToken stopping)
    {
        for (bool told = false; ; told = true)
        {
            try
            {
                int count = await storage.EnsureHubAsync(_options.PartitionCount, stopping);
                if (count != _options.PartitionCount)
                {
                    LogPartitionCountKept(_options.HubName, count, _options.PartitionCount);
                }

                return count;
            }
            catch (StorageUnavailableException error)
            {
                if (!told)
                {
                    LogStorageAway(error.Message);
                }

                await Task.Delay(LeasePoll, _time, stopping);
            }
        }
    }

    private async Task AcquireAsync(PartitionLease lease, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                LeaseAttempt attempt = await lease.TryAcquireAsync(owner, stopping);
                if (attempt.Acquired)
                {
                    return;
                }

                StandBy(attempt.Holder);
                await Task.Delay(LeasePoll, _time, stopping);
            }
            catch (StorageUnavailableException) when (_state.Role == TaskHubRole.StandingBy)
            {
                await EnsureHubAsync(stopping);
                await LetOwnerGoFirstAsync(lease.Duration, stopping);
            }
        }
    }

    /// <summary>
    /// A storage that was restarted may have forgotten its last writes, the lease among them. Only the owner can write them
    /// again: unless it is dead, it gets the time to come back.
    /// </summary>
    private async Task LetOwnerGoFirstAsync(TimeSpan patience, CancellationToken stopping)
    {
        long back = _time.GetTimestamp();
        while (_time.GetElapsedTime(back) < patience
            && (_state.Owner is not { } owner || !ProcessIdentity.Of(owner).IsProvablyDead()))
        {
            await Task.Delay(LeasePoll, _time, stopping);
        }
    }

    private void Become(TaskHubState state)
    {
        _state = state;
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private void StandBy(HubOwner? owner)
    {
        if (_state.Role == TaskHubRole.StandingBy && (owner is null || owner == _state.Owner))
        {
            return;
        }

        Become(new TaskHubState(TaskHubRole.StandingBy, owner));
        if (owner is not null)
        {
            LogStandingBy(_options.HubName, owner.ProcessId, owner.Machine, owner.Address ?? "no address");
        }
    }

    private async Task RenewAsync(PartitionLease lease, Partition partition, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease.Duration / 3, _time, stop);
                try
                {
                    await lease.RenewAsync(stop);
                }
                catch (StorageUnavailableException)
                {
                    // Appends wait for the storage too, and are conditional on the lease: nothing is lost by trying again.
                }
            }
        }
        catch (LeaseLostException lost)
        {
            partition.Abort(lost);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ownership has ended.
        }
    }

    private async Task ReleaseAsync(IPartitionStorage[] storages)
    {
        foreach (IPartitionStorage one in storages)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
                await one.ReleaseLeaseAsync(patience.Token);
            }
            catch (Exception error)
                when (error is StorageUnavailableException or LeaseLostException or OperationCanceledException)
            {
                LogNotReleased(error.Message);
            }
        }
    }

    private static TaskCompletionSource<Partition[]> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
