using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// One partition under one ownership: an actor that takes everything from one mailbox, runs the orchestrators, gathers what
/// they did into a batch, and commits one batch while the next one fills. It ends when it is stopped or loses the ownership;
/// the next ownership is another object, recovered from the log. This class puts the parts together and lets them take turns;
/// what each of them may change stands at its head.
/// </summary>
internal sealed partial class Partition : IDisposable
{
    private static readonly TimeSpan HousekeepingPeriod = TimeSpan.FromSeconds(1);

    private readonly PartitionScope _scope;
    private readonly ILogger _logger;
    private readonly CommitLog _log;
    private readonly CommitPipeline _commits;
    private readonly CheckpointReader _reader;
    private readonly Shelf _shelf = new();
    private readonly Mail _mail = new();
    private readonly CheckpointDemand _demand = new();
    private readonly Residency _residency;
    private readonly InstanceCatalog _catalog;
    private readonly Retention _retention;
    private readonly Checkpointer _checkpointer;
    private readonly ScheduledTasks _tasks;
    private readonly Episodes _episodes;
    private readonly ITimer _housekeeping;

    /// <summary>A partition over <paramref name="storage"/>, whose lease the caller holds.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="storage">Its log.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="hub">All partitions of the same ownership, itself included; complete before the first of them runs.</param>
    /// <param name="services">What they share.</param>
    public Partition(
        int number, IPartitionStorage storage, PartitionLease lease, IReadOnlyList<Partition> hub, PartitionServices services)
    {
        _logger = services.LoggerFactory.CreateLogger<Partition>();
        _scope = new PartitionScope(number, storage, lease, new Mailbox(number, lease, services.Scheduler), services);
        _log = new CommitLog(storage, number, services.Time, _logger, () => _ = _retention!.CheckFilesAsync());
        _commits = new CommitPipeline(_scope, _log, _logger);

        _reader = new CheckpointReader(storage, number, services.Time);
        _residency = new Residency(_scope, _reader, _shelf);
        _catalog = new InstanceCatalog(_residency, _shelf);
        _retention = new Retention(_scope, _log, _shelf, _residency, _demand, _logger);
        _checkpointer = new Checkpointer(
            _scope, _reader, _log, _commits, _shelf, _mail, _demand, _residency, _retention, _logger);

        var recorder = new FactRecorder(_scope, _commits, _residency, _catalog, _demand);
        Exchange = new MessageExchange(_scope, hub, _commits, _residency, _mail);
        _tasks = new ScheduledTasks(_scope, _commits, Exchange);
        _episodes = new Episodes(_scope, _commits, recorder, _catalog, _residency, _tasks, Exchange, _logger);
        Exchange.DeliverTo(_episodes);
        Requests = new ClientRequests(_scope, _commits, recorder, _catalog, _residency, _episodes);

        _housekeeping = services.Time.CreateTimer(
            _ => _scope.Mailbox.Post(KeepHouse), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What clients may ask it for.</summary>
    public ClientRequests Requests { get; }

    /// <summary>Takes messages of the other partitions.</summary>
    public MessageExchange Exchange { get; }

    /// <summary>Appended blocks and bytes since the start.</summary>
    public (long Appends, long Bytes) Written => (_log.Appends, _log.Bytes);

    /// <summary>What it has in hand now; may be asked on any thread.</summary>
    public PartitionFigures Figures => new(
        _scope.Number, _catalog.OpenCount, _residency.Count, _residency.LiveCount, _commits.Lag);

    /// <summary>Cancelled when the partition has ended, for whatever reason.</summary>
    public CancellationToken Ended => _scope.Ended;

    /// <summary>Reads checkpoint and log, begins a new segment and puts everything that was under way back to work.</summary>
    /// <exception cref="InvalidDataException">Something is damaged: names the blob and the offset.</exception>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        long started = _scope.Services.Time.GetTimestamp();
        var recovery = new PartitionRecovery(_scope, _reader, _shelf, _mail, _residency, _catalog, _demand, _logger);
        (LogEnd end, CheckpointManifest? checkpoint) = await recovery.ReadAsync(cancellation);
        await _commits.OpenAsync(end, checkpoint, cancellation);
        long lastFile = await _retention.ResumeAsync(checkpoint, cancellation);
        _scope.Mailbox.Post(() => Resume(checkpoint?.Number ?? 0, lastFile));
        _scope.Services.Metrics.Recovered(_scope.Number, _scope.Services.Time.GetElapsedTime(started));
    }

    /// <summary>Works until it is stopped.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition.</exception>
    /// <exception cref="InvalidDataException">The storage does not hold what was written to it.</exception>
    public Task RunAsync() => _scope.Mailbox.RunAsync(EndRound, () => _commits.IsDone);

    /// <inheritdoc cref="PartitionLease.ConfirmAsync"/>
    public async ValueTask ConfirmAsync(CancellationToken cancellation)
    {
        try
        {
            await _scope.Lease.ConfirmAsync(cancellation);
        }
        catch (LeaseLostException lost)
        {
            Abort(lost);
            throw;
        }
    }

    /// <summary>
    /// Lets nothing more go out to its log, and deletes nothing. Completes when nothing of either is on its way: its blobs are
    /// then as they will be until <see cref="LetCommitsGo"/>, and all there until <see cref="LetGo"/>.
    /// </summary>
    /// <param name="cancellation">Stops waiting; <see cref="LetGo"/> then undoes what was begun.</param>
    /// <exception cref="TaskHubUnavailableException">The partition has ended.</exception>
    public async Task HoldAsync(CancellationToken cancellation)
    {
        Task<bool> tidied = await _scope.Mailbox.InTurnAsync(_retention.KeepAsync);
        await tidied.OrCancelledAsync(cancellation);
        await _scope.Mailbox.AskAsync<bool>(answer =>
        {
            // Whoever gave up waiting has let go, or will when this turn is over.
            if (!cancellation.IsCancellationRequested)
            {
                _commits.Hold(() => answer.SetResult(true));
            }
        }).OrCancelledAsync(cancellation).OrCancelledAsync(Ended);
    }

    /// <summary>Lets its commits go on after <see cref="HoldAsync"/>.</summary>
    public void LetCommitsGo() => _scope.Mailbox.Post(_commits.LetGo);

    /// <summary>Lets everything go on after <see cref="HoldAsync"/>.</summary>
    public void LetGo() => _scope.Mailbox.Post(() =>
    {
        _commits.LetGo();
        _retention.LetGo();
    });

    /// <summary>Ends it after what it has taken in is durable.</summary>
    public void Stop() => _scope.Mailbox.Stop();

    /// <summary>Ends it at once: nothing more is acknowledged.</summary>
    public void Abort(Exception fault) => _scope.Mailbox.Abort(fault);

    /// <inheritdoc/>
    public void Dispose()
    {
        _tasks.Dispose();
        _commits.Dispose();
        _housekeeping.Dispose();
        _scope.Mailbox.Dispose();
    }

    private void EndRound()
    {
        _episodes.RunReady();
        _commits.CommitNext();
    }

    private void KeepHouse()
    {
        _commits.LookAtLog();
        _retention.Settle();
        _residency.EvictIdle(_retention.SettledFile);
        _demand.IsUrgent |= _residency.IsShort && _demand.Any;
        _checkpointer.MakeIfDue();
    }

    /// <summary>
    /// Sets going what was under way: first episodes, activities (again: they run at least once), timers (those that fell due
    /// meanwhile fire at once), messages that were not acknowledged or are held.
    /// </summary>
    private void Resume(long checkpoint, long lastFile)
    {
        foreach (Instance instance in _residency.Instances)
        {
            _episodes.Resume(instance);
        }

        foreach (ShelvedInstance shelved in _shelf.Instances)
        {
            if (!_residency.Has(shelved.Id))
            {
                _tasks.Resume(shelved);
            }

            shelved.Timers = null;
        }

        Exchange.Resume();
        _catalog.CountOpen();
        _checkpointer.Resume(checkpoint, lastFile);
        _housekeeping.Change(HousekeepingPeriod, HousekeepingPeriod);
        LogRecovered(_scope.Number, _catalog.Ids.Count, _residency.Count, checkpoint, _commits.Committed);
    }
}
