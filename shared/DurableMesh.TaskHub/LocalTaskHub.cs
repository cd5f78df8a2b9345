using System.Diagnostics.Metrics;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>
/// A task hub on this host: waits until it owns every partition, recovers and runs them, and starts over when the ownership is
/// lost.
/// </summary>
internal sealed partial class LocalTaskHub : BackgroundService, ITaskHubStatus
{
    private static readonly TimeSpan LeasePoll = TimeSpan.FromMilliseconds(200);

    private readonly IHubStorage _storage;
    private readonly TaskHubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HubOwner _owner;
    private readonly PartitionServices _services;
    private readonly EngineMetrics _metrics;
    private volatile TaskCompletionSource<Partition[]> _partitions = NewTerm();
    private TaskCompletionSource<bool> _termOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskHubState _state = new(TaskHubRole.Opening);

    /// <summary>A hub over <paramref name="storage"/> that runs what <paramref name="registry"/> holds.</summary>
    public LocalTaskHub(
        IHubStorage storage,
        IOptions<TaskHubOptions> options,
        DurableTaskRegistry registry,
        DataConverter converter,
        TimeProvider time,
        IServiceProvider provider,
        ILoggerFactory loggerFactory,
        TaskScheduler? scheduler = null,
        Func<string>? newId = null)
        : this(
            storage,
            options,
            Orchestrators(registry, provider),
            Activities(registry, provider),
            converter,
            time,
            provider,
            loggerFactory,
            scheduler,
            newId)
    {
    }

    /// <summary>A hub over <paramref name="storage"/> that runs what it finds by name.</summary>
    public LocalTaskHub(
        IHubStorage storage,
        IOptions<TaskHubOptions> options,
        Func<string, string, ITaskOrchestrator?> findOrchestrator,
        Func<TaskName, ITaskActivity?> findActivity,
        DataConverter converter,
        TimeProvider time,
        IServiceProvider provider,
        ILoggerFactory loggerFactory,
        TaskScheduler? scheduler = null,
        Func<string>? newId = null)
    {
        (_storage, _options, _time, _logger) = (storage, options.Value, time, loggerFactory.CreateLogger<LocalTaskHub>());
        NewId = newId ?? (() => Guid.NewGuid().ToString("N"));
        _owner = ProcessIdentity.Current.AsOwner(NewId(), _options.Address);
        scheduler ??= TaskScheduler.Default;
        Converter = new BoundedConverter(converter);
        var dispatcher = new ActivityDispatcher(
            findActivity,
            Converter,
            scheduler,
            _options.MaxConcurrentActivities);
        _metrics = new EngineMetrics(
            provider.GetService<IMeterFactory>(), dispatcher, () => (Term ?? []).Select(partition => partition.Figures));
        _services = new PartitionServices(
            findOrchestrator,
            dispatcher,
            _metrics,
            Converter,
            time,
            scheduler,
            loggerFactory,
            NewId,
            _options);
    }

    private static Func<string, string, ITaskOrchestrator?> Orchestrators(DurableTaskRegistry registry, IServiceProvider provider)
    {
        var orchestrators = registry.GetOrchestrators().ToDictionary(
            pair => pair.Key.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        return (name, _) => orchestrators.GetValueOrDefault(name)?.Invoke(provider);
    }

    private static Func<TaskName, ITaskActivity?> Activities(DurableTaskRegistry registry, IServiceProvider provider)
    {
        var activities = registry.GetActivities().ToDictionary(
            pair => pair.Key.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        return name => activities.GetValueOrDefault(name.Name)?.Invoke(provider);
    }

    /// <summary>Makes ids that nobody has used: random ones, or a simulation's.</summary>
    public Func<string> NewId { get; }

    /// <summary>Turns values to text and back.</summary>
    public DataConverter Converter { get; }

    /// <inheritdoc/>
    public TaskHubState State => _state;

    /// <summary>The partitions of the current ownership; null while there is none.</summary>
    public IReadOnlyList<Partition>? Term => _partitions.Task.IsCompletedSuccessfully ? _partitions.Task.Result : null;

    /// <summary>
    /// Waits for the partition of an instance to be ready and asks it something, for at most the request timeout.
    /// </summary>
    /// <exception cref="TaskHubUnavailableException">
    /// No durable answer in time, or another host owns the hub. What was asked may still take effect.
    /// </exception>
    public Task<T> AskAsync<T>(string instanceId, Func<ClientRequests, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions.For(instanceId), partition => question(partition.Requests), cancellation);

    /// <summary>
    /// Like <see cref="AskAsync{T}(string, Func{ClientRequests, Task{T}}, CancellationToken)"/>, of a partition by its number.
    /// </summary>
    public Task<T> AskPartitionAsync<T>(int number, Func<ClientRequests, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions[number], partition => question(partition.Requests), cancellation);

    /// <summary>How many partitions the hub has, asked for like anything else.</summary>
    /// <exception cref="TaskHubUnavailableException">They are not ready in time, or another host owns the hub.</exception>
    public Task<int> CountPartitionsAsync(CancellationToken cancellation) =>
        AskAsync(partitions => partitions[0], partition => Task.FromResult(partition.HubSize), cancellation);

    /// <summary>All partitions, once they are ready; for waits that have no bound of their own.</summary>
    public async Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken cancellation) =>
        await _partitions.Task.OrCancelledAsync(cancellation);

    /// <summary>The partition of an instance, once it is ready; for waits that have no bound of their own.</summary>
    public async Task<Partition> PartitionAsync(string instanceId, CancellationToken cancellation) =>
        (await PartitionsAsync(cancellation)).For(instanceId);

    /// <summary>
    /// Waits, after a partition has ended, until the ownership that it belonged to is over; the next one has another for it.
    /// </summary>
    public async Task WhenOverAsync(Partition ended, CancellationToken cancellation)
    {
        Task<bool> over = Volatile.Read(ref _termOver).Task;
        if (Term?.Contains(ended) == true)
        {
            await over.OrCancelledAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _metrics.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Runs one ownership after the other until it is told to stop.</summary>
    /// <exception cref="InvalidDataException">The storage does not hold what was written to it.</exception>
    internal async Task RunAsync(CancellationToken stoppingToken)
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
        IPartitionStorage[] storages = [.. Enumerable.Range(0, count).Select(_storage.OpenPartition)];
        PartitionLease[] leases = [.. storages.Select(storage => new PartitionLease(storage, _time))];
        var partitions = new Partition[count];
        for (int number = 0; number < count; number++)
        {
            partitions[number] = new Partition(number, storages[number], leases[number], partitions, _services);
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
            _state = new TaskHubState(TaskHubRole.Recovering);
            long started = _time.GetTimestamp();
            await Task.WhenAll(partitions.Select(partition => partition.RecoverAsync(stopping)));
            runs = [.. partitions.Select(partition => partition.RunAsync())];
            LogReady(
                takesOver ? "taken over" : "ready", _options.HubName, count, _time.GetElapsedTime(started).TotalMilliseconds);
            _state = new TaskHubState(TaskHubRole.Owner);
            _partitions.TrySetResult(partitions);

            await using CancellationTokenRegistration stop = stopping.Register(
                () => Array.ForEach(partitions, partition => partition.Stop()));
            await await Task.WhenAny(runs);
            await Task.WhenAll(runs);
        }
        catch (LeaseLostException)
        {
            end = "lost";
            // Who owns the hub instead turns out at the next attempt.
            _state = new TaskHubState(TaskHubRole.StandingBy);
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
                int count = await _storage.EnsureHubAsync(_options.PartitionCount, stopping);
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
                LeaseAttempt attempt = await lease.TryAcquireAsync(_owner, stopping);
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

    private void StandBy(HubOwner? owner)
    {
        if (_state.Role == TaskHubRole.StandingBy && (owner is null || owner == _state.Owner))
        {
            return;
        }

        _state = new TaskHubState(TaskHubRole.StandingBy, owner);
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
        foreach (IPartitionStorage storage in storages)
        {
            try
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
                await storage.ReleaseLeaseAsync(patience.Token);
            }
            catch (Exception error)
                when (error is StorageUnavailableException or LeaseLostException or OperationCanceledException)
            {
                LogNotReleased(error.Message);
            }
        }
    }

    private async Task<T> AskAsync<T>(
        Func<IReadOnlyList<Partition>, Partition> choose, Func<Partition, Task<T>> question, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_options.RequestTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            if (_state.Role == TaskHubRole.StandingBy)
            {
                throw NotOwned();
            }

            Partition partition = choose(await PartitionsAsync(either.Token));
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(either.Token, partition.Ended);
            return await question(partition).OrCancelledAsync(ended.Token);
        }
        catch (TaskHubOverloadedException)
        {
            _metrics.RequestRefused("overloaded");
            throw;
        }
        catch (TaskHubUnavailableException)
        {
            _metrics.RequestRefused("unavailable");
            throw;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            _metrics.RequestRefused("unavailable");
            throw patience.IsCancellationRequested
                ? new TaskHubUnavailableException(
                    $"Task hub '{_options.HubName}' did not commit the request within "
                    + $"{_options.RequestTimeout.TotalSeconds:N0} s: the storage is away.",
                    error)
                : NotOwned(error);
        }
    }

    private TaskHubUnavailableException NotOwned(Exception? inner = null) =>
        new($"This host does not own task hub '{_options.HubName}'.", inner);

    private static TaskCompletionSource<Partition[]> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
