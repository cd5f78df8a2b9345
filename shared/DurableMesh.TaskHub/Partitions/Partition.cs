using System.Diagnostics;
using System.Threading.Channels;
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
/// the next ownership is another object, recovered from the log.
/// </summary>
internal sealed partial class Partition : IDisposable
{
    /// <summary>How many pieces of work it takes from its mailbox before it looks at the commit again.</summary>
    private const int MaximumWorkPerRound = 4096;

    /// <summary>A batch that has grown to this size is closed, and the next one begun.</summary>
    private const int BatchBytes = 1024 * 1024;

    private static readonly TimeSpan HousekeepingPeriod = TimeSpan.FromSeconds(1);

    private readonly int _number;
    private readonly IPartitionStorage _storage;
    private readonly PartitionLease _lease;
    private readonly IReadOnlyList<Partition> _hub;
    private readonly PartitionServices _services;
    private readonly ILogger _logger;
    private readonly CommitLog _log;
    private readonly LogRecovery _recovery;
    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly Queue<Instance> _ready = new();
    private readonly TimerQueue _timers;
    private readonly Mail _mail = new();
    private readonly Dictionary<int, long> _acknowledgements = [];
    private readonly Queue<CommitBatch> _closed = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _housekeeping;
    private readonly ITimer _linger;
    private CommitBatch _open = new(1);
    private CommitBatch? _inFlight;
    private long _committed;
    private int _openInstances;
    private bool _lingering;
    private bool _looking;
    private bool _stopping;
    private Exception? _fault;

    /// <summary>A partition over <paramref name="storage"/>, whose lease the caller holds.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="storage">Its log.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="hub">All partitions of the same ownership, itself included; complete before the first of them runs.</param>
    /// <param name="services">What they share.</param>
    public Partition(
        int number, IPartitionStorage storage, PartitionLease lease, IReadOnlyList<Partition> hub, PartitionServices services)
    {
        _number = number;
        _storage = storage;
        _lease = lease;
        _hub = hub;
        Ended = _ended.Token;
        _services = services;
        _logger = services.LoggerFactory.CreateLogger<Partition>();
        _log = new CommitLog(storage, number, services.Time, _logger, () => _ = CheckFilesAsync());
        _recovery = new LogRecovery(storage, number, _logger);
        _checkpoints = new CheckpointReader(storage, number);
        _timers = new TimerQueue(services.Time, () => Post(FireTimers));
        _linger = services.Time.CreateTimer(
            _ => Post(CommitWhatLingers), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _housekeeping = services.Time.CreateTimer(_ => Post(KeepHouse), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many partitions its hub has.</summary>
    public int HubSize => _hub.Count;

    /// <summary>Appended blocks and bytes since the start.</summary>
    public (long Appends, long Bytes) Written => (_log.Appends, _log.Bytes);

    /// <summary>What it has in hand now; may be asked on any thread.</summary>
    public PartitionFigures Figures => new(
        _number, _openInstances, ResidentInstances, _liveInstances, (_inFlight ?? _open).Age(_services.Time));

    /// <summary>Hands in a piece of work, from any thread; after the end it is dropped.</summary>
    public void Post(Action work) => _mailbox.Writer.TryWrite(work);

    /// <summary>
    /// Hands in work that answers a caller. The answer, a refusal too, leaves only while nobody else can own the partition: what
    /// this host knows may be old otherwise.
    /// </summary>
    /// <exception cref="TaskHubUnavailableException">The partition ended before the answer was durable.</exception>
    public async Task<T> AskAsync<T>(Action<TaskCompletionSource<T>> work)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_mailbox.Writer.TryWrite(() => work(answer)))
        {
            throw NotOwned();
        }

        await ((Task)answer.Task).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await _lease.ConfirmAsync(Ended);
        }
        catch (LeaseLostException lost)
        {
            Abort(lost);
            throw NotOwned(lost);
        }

        return await answer.Task;
    }

    /// <summary>Cancelled when the partition has ended, for whatever reason.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Works until it is stopped.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition.</exception>
    /// <exception cref="InvalidDataException">The storage does not hold what was written to it.</exception>
    public Task RunAsync() => Begin(LoopAsync).Unwrap();

    /// <summary>Ends it after what it has taken in is durable.</summary>
    public void Stop() => Post(() => _stopping = true);

    /// <summary>Ends it at once: nothing more is acknowledged.</summary>
    public void Abort(Exception fault) => Post(() => _fault ??= fault);

    private async Task LoopAsync()
    {
        // Whoever started the hub is no cause of what it does.
        Activity.Current = null;
        try
        {
            while (_fault is null && !(_stopping && _inFlight is null && !_looking) && await _mailbox.Reader.WaitToReadAsync())
            {
                for (int i = 0; i < MaximumWorkPerRound && _mailbox.Reader.TryRead(out Action? work); i++)
                {
                    work();
                }

                RunReady();
                CommitNext();
            }

            if (_fault is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
            }
        }
        finally
        {
            _mailbox.Writer.TryComplete();
            _ended.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timers.Dispose();
        _linger.Dispose();
        _housekeeping.Dispose();
        _ended.Dispose();
    }

    /// <summary>Starts the next commit when none is under way: what has gathered meanwhile goes out as one append.</summary>
    private void CommitNext()
    {
        _open.Note(_services.Time);
        if (_inFlight is not null || _looking || _fault is not null)
        {
            return;
        }

        if (!_closed.TryDequeue(out CommitBatch? batch))
        {
            if (_open.IsEmpty || MayLinger())
            {
                return;
            }

            batch = CloseBatch();
        }

        _inFlight = batch;
        _ = CommitAsync(batch);
    }

    /// <summary>
    /// What nobody waits for goes out with what comes next, if that comes soon: a dialogue that takes its turns slowly then costs
    /// one append a turn and not two.
    /// </summary>
    private bool MayLinger()
    {
        if (_open.IsAwaited || _stopping)
        {
            return false;
        }

        if (!_lingering)
        {
            Linger(_services.Options.CommitLinger);
        }

        return true;
    }

    private void Linger(TimeSpan time)
    {
        _lingering = true;
        _linger.Change(time, Timeout.InfiniteTimeSpan);
    }

    private void CommitWhatLingers()
    {
        _lingering = false;
        TimeSpan left = _services.Options.CommitLinger - _open.Age(_services.Time);
        if (left <= TimeSpan.Zero)
        {
            _open.IsAwaited = true;
        }
        else if (!_open.IsEmpty)
        {
            // The batch for which it was set has gone out meanwhile; this one has its own time.
            Linger(left);
        }
    }

    /// <summary>Begins work of several turns: it comes back into the partition's scheduler after each await.</summary>
    private Task<Task> Begin(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _services.Scheduler);

    private void KeepHouse()
    {
        LookAtLog();
        SettleCheckpoints();
        EvictIdle();
        CheckpointIfDue();
    }

    /// <summary>Looks, while nothing else is on its way to the log, whether the storage has forgotten the end of it.</summary>
    private void LookAtLog()
    {
        if (_inFlight is null && !_looking && !_stopping && _log.WantsLook)
        {
            _looking = true;
            _ = Begin(LookAsync);
        }

        async Task LookAsync()
        {
            try
            {
                await _log.LookAsync(Ended);
                Post(() => _looking = false);
            }
            catch (OperationCanceledException) when (Ended.IsCancellationRequested)
            {
                // The partition has ended.
            }
            catch (Exception error)
            {
                Abort(error);
            }
        }
    }

    private async Task CommitAsync(CommitBatch batch)
    {
        try
        {
            long started = _services.Time.GetTimestamp();
            await _log.AppendAsync(batch, Ended);
            _services.Metrics.Committed(_number, batch, _services.Time.GetElapsedTime(started));
            Post(() => Committed(batch));
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The partition has ended: nobody waits for this commit any more.
        }
        catch (Exception error)
        {
            Abort(error);
        }
    }

    private void Committed(CommitBatch batch)
    {
        _inFlight = null;
        _committed = batch.Number;
        _pendingBytes -= batch.PendingBytes;
        batch.Release();
    }

    private CommitBatch CloseBatch()
    {
        CommitBatch batch = _open;
        foreach ((int destination, long number) in _acknowledgements)
        {
            batch.Records.MessagesAcknowledged(destination, number);
        }

        _acknowledgements.Clear();
        batch.Note(_services.Time);
        _open = new CommitBatch(batch.Number + 1);
        return batch;
    }

    /// <summary>
    /// Lets an effect happen once everything known of <paramref name="instance"/> is durable: at once where it is already. That
    /// there is none, or only a place for one, may be the work of a commit that is under way: then all of them must be durable.
    /// </summary>
    private void OnceDurable(Instance? instance, Action effect) => OnceDurable(
        instance is { State.Exists: true } ? instance.LastCommit : _open.IsEmpty ? _open.Number - 1 : _open.Number, effect);

    private void OnceDurable(long commit, Action effect)
    {
        if (commit <= _committed)
        {
            effect();
        }
        else
        {
            Pending(commit).OnCommitted(effect);
        }
    }

    private TaskHubUnavailableException NotOwned(Exception? inner = null) =>
        new($"Partition {_number} is not owned by this host any more.", inner);

    private CommitBatch Pending(long commit) =>
        commit == _open.Number ? _open
        : commit == _inFlight?.Number ? _inFlight
        : _closed.First(batch => batch.Number == commit);
}
