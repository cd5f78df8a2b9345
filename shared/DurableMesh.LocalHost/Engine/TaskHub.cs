using System.Diagnostics.Metrics;
using DurableMesh.LocalHost.Engine.Partitions;
using DurableMesh.LocalHost.Engine.Telemetry;
using DurableMesh.LocalHost.Storage;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost.Engine;

/// <summary>
/// A task hub on this host: waits until it owns every partition, recovers and runs them, and starts over when the ownership is
/// lost.
/// </summary>
internal sealed partial class TaskHub : BackgroundService
{
    private static readonly TimeSpan LeasePoll = TimeSpan.FromMilliseconds(500);

    private readonly IHubStorage _storage;
    private readonly TaskHubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HubOwner _owner;
    private readonly PartitionServices _services;
    private readonly EngineMetrics _metrics;
    private volatile TaskCompletionSource<Partition[]> _partitions = NewTerm();

    /// <summary>A hub over <paramref name="storage"/> that runs what <paramref name="registry"/> holds.</summary>
    public TaskHub(
        IHubStorage storage,
        IOptions<TaskHubOptions> options,
        DurableTaskRegistry registry,
        DataConverter converter,
        TimeProvider time,
        IServiceProvider provider,
        ILoggerFactory loggerFactory,
        TaskScheduler? scheduler = null,
        Func<string>? newId = null)
    {
        (_storage, _options, _time, _logger) = (storage, options.Value, time, loggerFactory.CreateLogger<TaskHub>());
        NewId = newId ?? (() => Guid.NewGuid().ToString("N"));
        _owner = ProcessIdentity.Current.AsOwner(NewId(), _options.Address);
        scheduler ??= TaskScheduler.Default;
        var orchestrators = registry.GetOrchestrators().ToDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        var activities = registry.GetActivities().ToDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        Converter = new BoundedConverter(converter);
        var dispatcher = new ActivityDispatcher(
            name => activities.GetValueOrDefault(name.Name)?.Invoke(provider), Converter, scheduler, _options.MaxConcurrentActivities);
        _metrics = new EngineMetrics(
            provider.GetService<IMeterFactory>(), dispatcher, () => (Term ?? []).Select(partition => partition.Figures));
        _services = new PartitionServices(
            name => orchestrators.GetValueOrDefault(name)?.Invoke(provider),
            dispatcher,
            _metrics,
            Converter,
            time,
            scheduler,
            loggerFactory,
            NewId,
            _options);
    }

    /// <summary>Makes ids that nobody has used: random ones, or a simulation's.</summary>
    public Func<string> NewId { get; }

    /// <summary>Turns values to text and back.</summary>
    public DataConverter Converter { get; }

    /// <summary>The partitions of the current ownership; null while there is none.</summary>
    public IReadOnlyList<Partition>? Term => _partitions.Task.IsCompletedSuccessfully ? _partitions.Task.Result : null;

    /// <summary>
    /// Waits for the partition of an instance to be ready and asks it something, for at most the request timeout.
    /// </summary>
    /// <exception cref="TaskHubUnavailableException">No durable answer in time. What was asked may still take effect.</exception>
    public Task<T> AskAsync<T>(string instanceId, Func<Partition, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions.For(instanceId), question, cancellation);

    /// <summary>
    /// Like <see cref="AskAsync{T}(string, Func{Partition, Task{T}}, CancellationToken)"/>, of a partition by its number.
    /// </summary>
    public Task<T> AskPartitionAsync<T>(int number, Func<Partition, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions[number], question, cancellation);

    /// <summary>All partitions, once they are ready; for waits that have no bound of their own.</summary>
    public async Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken cancellation) =>
        await _partitions.Task.WaitAsync(cancellation);

    /// <summary>The partition of an instance, once it is ready; for waits that have no bound of their own.</summary>
    public async Task<Partition> PartitionAsync(string instanceId, CancellationToken cancellation) =>
        (await PartitionsAsync(cancellation)).For(instanceId);

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
            catch (Exception error) when (error is StorageUnavailableException or LeaseLostException)
            {
                LogTermEnded(error.Message);
                await Task.Delay(LeasePoll, _time, stoppingToken);
            }
        }
    }

    /// <summary>One ownership, from the leases to their release.</summary>
    private async Task RunTermAsync(CancellationToken stopping)
    {
        int count = await EnsureHubAsync(stopping);
        IPartitionStorage[] storages = [.. Enumerable.Range(0, count).Select(_storage.OpenPartition)];
        var partitions = new Partition[count];
        for (int number = 0; number < count; number++)
        {
            partitions[number] = new Partition(number, storages[number], partitions, _services);
        }

        Task[] renewals = [];
        Task[] runs = [];
        (int held, string end) = (0, "released");
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            foreach (IPartitionStorage storage in storages)
            {
                await AcquireAsync(storage, stopping);
                _metrics.LeasesChanged("acquired", 1);
                held++;
            }

            renewals = [.. storages.Zip(partitions, (storage, partition) => RenewAsync(storage, partition, term.Token))];
            long started = _time.GetTimestamp();
            await Task.WhenAll(partitions.Select(partition => partition.RecoverAsync(stopping)));
            runs = [.. partitions.Select(partition => partition.RunAsync())];
            LogReady(_options.HubName, count, _time.GetElapsedTime(started).TotalMilliseconds);
            _partitions.TrySetResult(partitions);

            await using CancellationTokenRegistration stop = stopping.Register(() => Array.ForEach(partitions, partition => partition.Stop()));
            await await Task.WhenAny(runs);
            await Task.WhenAll(runs);
        }
        catch (LeaseLostException)
        {
            end = "lost";
            throw;
        }
        finally
        {
            if (_partitions.Task.IsCompleted)
            {
                _partitions = NewTerm();
            }

            var gone = new TaskHubUnavailableException("This host does not own the hub any more.");
            Array.ForEach(partitions, partition => partition.Abort(gone));
            await Task.WhenAll(runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            term.Cancel();
            await Task.WhenAll(renewals);
            await ReleaseAsync(storages);
            _metrics.LeasesChanged(end, held);
            Array.ForEach(partitions, partition => partition.Dispose());
        }
    }

    private async Task<int> EnsureHubAsync(CancellationToken stopping)
    {
        while (true)
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
                LogStorageAway(error.Message);
                await Task.Delay(LeasePoll, _time, stopping);
            }
        }
    }

    private async Task AcquireAsync(IPartitionStorage storage, CancellationToken stopping)
    {
        bool told = false;
        while (await storage.TryAcquireLeaseAsync(_owner, stopping) is { Acquired: false } attempt)
        {
            if (!told)
            {
                LogWaitingForOwner(_options.HubName, attempt.Holder?.Machine ?? "?", attempt.Holder?.ProcessId ?? 0, attempt.Holder?.Address ?? "?");
                told = true;
            }

            await Task.Delay(LeasePoll, _time, stopping);
        }
    }

    private async Task RenewAsync(IPartitionStorage storage, Partition partition, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(storage.LeaseDuration / 3, _time, stop);
                try
                {
                    await storage.RenewLeaseAsync(stop);
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
            catch (Exception error) when (error is StorageUnavailableException or LeaseLostException or OperationCanceledException)
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
            Partition partition = choose(await PartitionsAsync(either.Token));
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(either.Token, partition.Ended);
            return await question(partition).WaitAsync(ended.Token);
        }
        catch (TaskHubOverloadedException)
        {
            _metrics.RequestRefused("overloaded");
            throw;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            _metrics.RequestRefused("unavailable");
            throw new TaskHubUnavailableException(
                $"Task hub '{_options.HubName}' did not commit the request within {_options.RequestTimeout.TotalSeconds:N0} s: the storage is away, or "
                + "another host owns the hub.",
                error);
        }
    }

    private static TaskCompletionSource<Partition[]> NewTerm() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
