using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Makes durable what happens in a partition, in order: one batch is on its way to the log while the next one fills, and effects
/// leave with the batch that holds their cause. Owns the batches, and how much clients have in them.
/// </summary>
internal sealed partial class CommitPipeline : IDisposable
{
    /// <summary>A batch that has grown to this size is closed, and the next one begun.</summary>
    private const int BatchBytes = 1024 * 1024;

    private readonly PartitionScope _scope;
    private readonly CommitLog _log;
    private readonly ILogger _logger;
    private readonly Queue<CommitBatch> _closed = new();
    private readonly Dictionary<int, long> _acknowledgements = [];
    private readonly ITimer _linger;
    private CommitBatch _open = new(1);
    private CommitBatch? _inFlight;
    private bool _lingering;
    private bool _looking;
    private bool _hasLookedLast;
    private bool _isHeld;
    private Action? _still;

    /// <param name="scope">Whose it is.</param>
    /// <param name="log">Where the batches go.</param>
    /// <param name="logger">Takes what is worth telling.</param>
    public CommitPipeline(PartitionScope scope, CommitLog log, ILogger logger)
    {
        (_scope, _log, _logger) = (scope, log, logger);
        _linger = scope.Services.Time.CreateTimer(
            _ => scope.Mailbox.Post(CommitWhatLingers), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes what happens now; it will be commit <see cref="Next"/>.</summary>
    public RecordWriter Records => _open.Records;

    /// <summary>The number of the commit that what happens now will be in.</summary>
    public long Next => _open.Number;

    /// <summary>The last commit that is durable.</summary>
    public long Committed { get; private set; }

    /// <summary>How many bytes of requests are not durable yet.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>
    /// Whether a partition that stops has nothing to wait for: nothing is under way to the log, and a last look has shown that
    /// the storage has all of it. After the stop nobody can write again what it has forgotten before.
    /// </summary>
    public bool IsDone => IsIdle && (_hasLookedLast || !_log.MayBeForgotten);

    private bool IsIdle => !_isHeld && IsStill;

    private bool IsStill => _inFlight is null && !_looking;

    /// <summary>For how long the oldest work that is not durable has been waiting; may be asked on any thread.</summary>
    public TimeSpan Lag => (_inFlight ?? _open).Age(_scope.Services.Time);

    /// <summary>Begins a new segment behind what recovery found.</summary>
    public async Task OpenAsync(LogEnd end, CheckpointManifest? checkpoint, CancellationToken cancellation)
    {
        await _log.OpenAsync(end, checkpoint, cancellation);
        Committed = end.NextCommit - 1;
        _open = new CommitBatch(end.NextCommit);
    }

    /// <inheritdoc/>
    public void Dispose() => _linger.Dispose();

    /// <summary>Lets an effect happen once all that has happened until now is durable.</summary>
    public void OnCommitted(Action effect) => _open.OnCommitted(effect);

    /// <summary>
    /// Lets an effect happen once everything known of <paramref name="instance"/> is durable: at once where it is already. That
    /// there is none, or only a place for one, may be the work of a commit that is under way: then all of them must be durable.
    /// </summary>
    public void OnceDurable(Instance? instance, Action effect) => OnceDurable(
        instance is { State.Exists: true } ? instance.LastCommit : _open.IsEmpty ? _open.Number - 1 : _open.Number, effect);

    /// <summary>Lets an effect happen once a commit is durable.</summary>
    public void OnceDurable(long commit, Action effect)
    {
        if (commit <= Committed)
        {
            effect();
        }
        else
        {
            Pending(commit).OnCommitted(effect);
        }
    }

    /// <summary>Counts a request among what is not durable, for its instance too where there is one.</summary>
    public void CountPending(Instance? instance, long bytes)
    {
        // What changes nothing is never committed: counted, it would take up room for good.
        if (!_open.IsEmpty)
        {
            PendingBytes += bytes;
            _open.PendingBytes += bytes;
            instance?.TakeShare(bytes, Committed, _open.Number);
        }
    }

    /// <summary>Another partition has taken in all messages up to a number: that goes out with what comes next.</summary>
    public void Acknowledge(int destination, long number) => _acknowledgements[destination] = number;

    /// <summary>What happens now is worth an append of its own.</summary>
    public void Hurry() => _open.IsAwaited |= !_open.IsEmpty;

    /// <summary>Closes the open batch where it has grown large.</summary>
    public void CloseIfLarge()
    {
        if (_open.Buffer.Length >= BatchBytes)
        {
            _closed.Enqueue(CloseBatch());
        }
    }

    /// <summary>Closes the open batch: what happens next is in another commit.</summary>
    public void Close()
    {
        if (!_open.IsEmpty)
        {
            _closed.Enqueue(CloseBatch());
        }
    }

    /// <summary>Lets the next commit begin a segment that names a checkpoint.</summary>
    public void Publish(CheckpointManifest checkpoint, Action effect)
    {
        Close();
        _open.Checkpoint = checkpoint;
        _open.OnCommitted(effect);
        _closed.Enqueue(CloseBatch());
    }

    /// <summary>Sends nothing more to the log: what happens from now on waits, in order, until it is let go.</summary>
    /// <param name="still">Happens once nothing is on its way.</param>
    public void Hold(Action still) => (_isHeld, _still) = (true, still);

    /// <summary>Goes on after <see cref="Hold"/>.</summary>
    public void LetGo() => (_isHeld, _still) = (false, null);

    /// <summary>Starts the next commit when none is under way: what has gathered meanwhile goes out as one append.</summary>
    public void CommitNext()
    {
        _open.Note(_scope.Services.Time);
        if (_isHeld && IsStill)
        {
            _still?.Invoke();
            _still = null;
        }

        if (!IsIdle || _scope.Mailbox.IsAborted)
        {
            return;
        }

        if (!_closed.TryDequeue(out CommitBatch? batch))
        {
            if (_open.IsEmpty && _scope.Mailbox.IsStopping && !IsDone)
            {
                Look();
            }

            if (_open.IsEmpty || MayLinger())
            {
                return;
            }

            batch = CloseBatch();
        }

        _inFlight = batch;
        _hasLookedLast = false;
        _ = CommitAsync(batch);
    }

    /// <summary>Looks, while nothing else is on its way to the log, whether the storage has forgotten the end of it.</summary>
    public void LookAtLog()
    {
        if (IsIdle && !_scope.Mailbox.IsStopping && _log.WantsLook)
        {
            Look();
        }
    }

    private void Look()
    {
        _looking = true;
        bool isLast = _scope.Mailbox.IsStopping;
        _ = _scope.Mailbox.Begin(() => LookAsync(isLast));
    }

    private async Task LookAsync(bool isLast)
    {
        try
        {
            await _log.LookAsync(() => _scope.Mailbox.IsStopping, _scope.Ended);
            EndLook(isLast);
        }
        catch (StorageUnavailableException away)
        {
            LogNotSeen(_scope.Number, away.Message);
            EndLook(isLast: true);
        }
        catch (OperationCanceledException) when (_scope.Ended.IsCancellationRequested)
        {
            // The partition has ended.
        }
        catch (Exception error)
        {
            _scope.Mailbox.Abort(error);
        }
    }

    private void EndLook(bool isLast) => _scope.Mailbox.Post(() => (_looking, _hasLookedLast) = (false, isLast));

    /// <summary>
    /// What nobody waits for goes out with what comes next, if that comes soon: a dialogue that takes its turns slowly then costs
    /// one append a turn and not two.
    /// </summary>
    private bool MayLinger()
    {
        if (_open.IsAwaited || _scope.Mailbox.IsStopping)
        {
            return false;
        }

        if (!_lingering)
        {
            Linger(_scope.Services.Options.CommitLinger);
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
        TimeSpan left = _scope.Services.Options.CommitLinger - _open.Age(_scope.Services.Time);
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

    private async Task CommitAsync(CommitBatch batch)
    {
        try
        {
            long started = _scope.Services.Time.GetTimestamp();
            await _log.AppendAsync(batch, _scope.Ended);
            _scope.Services.Metrics.Committed(_scope.Number, batch, _scope.Services.Time.GetElapsedTime(started));
            _scope.Mailbox.Post(() => EndCommit(batch));
        }
        catch (OperationCanceledException) when (_scope.Ended.IsCancellationRequested)
        {
            // The partition has ended: nobody waits for this commit any more.
        }
        catch (Exception error)
        {
            _scope.Mailbox.Abort(error);
        }
    }

    private void EndCommit(CommitBatch batch)
    {
        _inFlight = null;
        Committed = batch.Number;
        PendingBytes -= batch.PendingBytes;
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
        batch.Note(_scope.Services.Time);
        _open = new CommitBatch(batch.Number + 1);
        return batch;
    }

    private CommitBatch Pending(long commit) =>
        commit == _open.Number ? _open
        : commit == _inFlight?.Number ? _inFlight
        : _closed.First(batch => batch.Number == commit);
}
