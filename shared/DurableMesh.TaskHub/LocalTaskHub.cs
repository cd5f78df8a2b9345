using System.Diagnostics.Metrics;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>
/// A task hub on this host, as clients see it: asks the partition that is concerned, for as long as a request may take. Which
/// partitions there are, and when, is the matter of <see cref="HubOwnership"/>.
/// </summary>
internal sealed class LocalTaskHub : BackgroundService, ITaskHubStatus
{
    private readonly TaskHubOptions _options;
    private readonly TimeProvider _time;
    private readonly EngineMetrics _metrics;
    private readonly HubOwnership _ownership;

    /// <summary>A hub over <paramref name="storage"/> that runs <paramref name="tasks"/>.</summary>
    public LocalTaskHub(
        IHubStorage storage,
        IOptions<TaskHubOptions> options,
        LocalTasks tasks,
        DataConverter converter,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        IMeterFactory? meters = null,
        TaskScheduler? scheduler = null,
        Func<string>? newId = null)
    {
        (_options, _time) = (options.Value, time);
        NewId = newId ?? (() => Guid.NewGuid().ToString("N"));
        HubOwner owner = ProcessIdentity.Current.AsOwner(NewId(), _options.Address);
        scheduler ??= TaskScheduler.Default;
        Converter = new BoundedConverter(converter);
        var dispatcher = new ActivityDispatcher(
            tasks,
            Converter,
            scheduler,
            WorkerLog.ForActivities(loggerFactory),
            _options.MaxConcurrentActivities);
        _metrics = new EngineMetrics(
            meters, dispatcher, () => (_ownership?.Term ?? []).Select(partition => partition.Figures));
        var services = new PartitionServices(
            tasks,
            dispatcher,
            _metrics,
            Converter,
            time,
            scheduler,
            loggerFactory,
            NewId,
            _options);
        _ownership = new HubOwnership(storage, owner, services, loggerFactory.CreateLogger<LocalTaskHub>());
    }

    /// <summary>Makes ids that nobody has used: random ones, or a simulation's.</summary>
    public Func<string> NewId { get; }

    /// <summary>Turns values to text and back.</summary>
    public DataConverter Converter { get; }

    /// <inheritdoc/>
    public TaskHubState State => _ownership.State;

    /// <inheritdoc/>
    public Task<TaskHubState> ConfirmAsync(CancellationToken cancellation) => _ownership.ConfirmAsync(cancellation);

    /// <summary>The partitions of the current ownership; null while there is none.</summary>
    public IReadOnlyList<Partition>? Term => _ownership.Term;

    /// <summary>
    /// Waits for the partition of an instance to be ready and asks it something, for at most the request timeout.
    /// </summary>
    /// <exception cref="TaskHubUnavailableException">
    /// No durable answer in time, or another host owns the hub. What was asked may still take effect.
    /// </exception>
    public Task<T> AskAsync<T>(string instanceId, Func<ClientRequests, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions.For(instanceId), question, cancellation);

    /// <summary>
    /// Like <see cref="AskAsync{T}(string, Func{ClientRequests, Task{T}}, CancellationToken)"/>, of a partition by its number.
    /// </summary>
    public Task<T> AskPartitionAsync<T>(int number, Func<ClientRequests, Task<T>> question, CancellationToken cancellation) =>
        AskAsync(partitions => partitions[number], question, cancellation);

    /// <summary>How many partitions the hub has, asked for like anything else.</summary>
    /// <exception cref="TaskHubUnavailableException">They are not ready in time, or another host owns the hub.</exception>
    public Task<int> CountPartitionsAsync(CancellationToken cancellation)
    {
        int count = 0;
        return AskAsync(
            partitions =>
            {
                count = partitions.Count;
                return partitions[0];
            },
            _ => Task.FromResult(count),
            cancellation);
    }

    /// <inheritdoc cref="HubCapture.TakeAsync"/>
    public Task<HubCapture> CaptureAsync(Func<CancellationToken, Task> look, CancellationToken cancellation) =>
        Term is { } partitions ? HubCapture.TakeAsync(partitions, look, _time, cancellation) : throw _ownership.NotOwned();

    /// <summary>All partitions, once they are ready; for waits that have no bound of their own.</summary>
    public Task<IReadOnlyList<Partition>> PartitionsAsync(CancellationToken cancellation) =>
        _ownership.PartitionsAsync(cancellation);

    /// <summary>The partition of an instance, once it is ready; for waits that have no bound of their own.</summary>
    public async Task<Partition> PartitionAsync(string instanceId, CancellationToken cancellation) =>
        (await PartitionsAsync(cancellation)).For(instanceId);

    /// <summary>
    /// Waits, after a partition has ended, until the ownership that it belonged to is over; the next one has another for it.
    /// </summary>
    public Task WhenOverAsync(Partition ended, CancellationToken cancellation) => _ownership.WhenOverAsync(ended, cancellation);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _metrics.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <inheritdoc cref="HubOwnership.RunAsync"/>
    internal Task RunAsync(CancellationToken stoppingToken) => _ownership.RunAsync(stoppingToken);

    private async Task<T> AskAsync<T>(
        Func<IReadOnlyList<Partition>, Partition> choose,
        Func<ClientRequests, Task<T>> question,
        CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_options.RequestTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            if (State.Role == TaskHubRole.StandingBy)
            {
                throw _ownership.NotOwned();
            }

            Partition partition = choose(await PartitionsAsync(either.Token));
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(either.Token, partition.Ended);
            return await question(partition.Requests).OrCancelledAsync(ended.Token);
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
                : _ownership.NotOwned(error);
        }
    }
}
