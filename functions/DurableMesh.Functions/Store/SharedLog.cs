using System.Globalization;
using System.Threading.Channels;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Functions.Store;

/// <summary>
/// One totally ordered log of lines in append blobs, shared by all threads and by all hosts. Lines that arrive while an append is
/// in flight go out together in the next one; an append is conditional on the position that this host knows, so that whoever lost
/// the race first reads what the other wrote.
/// </summary>
/// <remarks>
/// An append whose answer was lost is the same case as a lost race: at the position lies either our own block, then it is done,
/// or somebody else's. That is why a block, once sent, is sent again unchanged until its fate is known.
/// </remarks>
internal sealed partial class SharedLog<T>(
    IBlobs blobs,
    string folder,
    ILogIndex<T> index,
    SharedLogOptions options,
    TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    private const int MaximumUnsavedBytes = 64 * 1024 * 1024;

    // Of what others wrote only the last seconds can be forgotten, and a start reads the whole log.
    private const int MaximumReadBytes = 16 * 1024 * 1024;

    private static readonly byte[] Seal = "{\"sealed\":true}\n"u8.ToArray();

    private readonly Channel<PendingLine<T>> _queue = Channel.CreateUnbounded<PendingLine<T>>(new() { SingleReader = true });
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly UnsavedBlocks _unsaved = new(MaximumUnsavedBytes);
    private readonly StorageMemory _memory = new(blobs.SavedUntil, time);
    private Task _running = Task.CompletedTask;
    private volatile string? _outage;
    private long _outageBegan;
    private int _segment = 1;
    private int _position;
    private int _blockCount;
    private long _knownAt;
    private int _timesWrittenAgain;
    private LogPosition? _begin;
    private bool _hasBegun;
    private bool _isBroken;

    /// <summary>The folder that its blobs lie in.</summary>
    public string Folder => folder;

    /// <summary>Starts reading the log, in the background and for as long as it takes the storage to answer.</summary>
    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Waits until the whole log has been read once.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public ValueTask WhenOpenAsync(CancellationToken cancellation) =>
        _opened.Task.IsCompletedSuccessfully ? ValueTask.CompletedTask : new(PatientlyAsync(_opened.Task, cancellation));

    /// <summary>Appends one line, which must not contain a line feed, and ingests it. Returns when it is durable.</summary>
    /// <exception cref="StoreUnavailableException">It was not acknowledged in time. It may still become durable.</exception>
    public Task AppendAsync(T record, ReadOnlyMemory<byte> line, CancellationToken cancellation) =>
        EnqueueAsync(new PendingLine<T>(record, line), cancellation);

    /// <summary>Ingests whatever other hosts had written when this was called.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public Task RefreshAsync(CancellationToken cancellation) => EnqueueAsync(new PendingLine<T>(default!, default), cancellation);

    /// <summary>
    /// The same, unless this host has seen the log's end within <see cref="SharedLogOptions.TrustedFor"/>, as one that keeps
    /// writing has.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public ValueTask FreshenAsync(CancellationToken cancellation) =>
        time.GetElapsedTime(Volatile.Read(ref _knownAt)) < options.TrustedFor
            ? ValueTask.CompletedTask
            : new(RefreshAsync(cancellation));

    /// <summary>Reads a line that was ingested before.</summary>
    public Task<ReadOnlyMemory<byte>> ReadAsync(LogSpan at, CancellationToken cancellation) =>
        blobs.ReadAsync(NameOf(at.Segment), at.Offset, at.Length, cancellation);

    /// <summary>Why it does not go on, or has not for longer than a moment; null while it does.</summary>
    public string? Trouble => _outage is { } outage && time.GetElapsedTime(Volatile.Read(ref _outageBegan)) >= options.ShortOutage
        ? $"The store's {folder} wait: {outage}"
        : null;

    /// <summary>How often the storage had forgotten something that was written again.</summary>
    public int TimesWrittenAgain => Volatile.Read(ref _timesWrittenAgain);

    /// <summary>Stops; lines that are still waiting fail.</summary>
    public async ValueTask DisposeAsync()
    {
        // A service that is registered under two types is disposed of twice.
        _queue.Writer.TryComplete();
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
            await _running;
            await LookLastAsync();
        }

        await _running;
    }

    /// <summary>What the storage has forgotten before a stop, nobody can write again after it.</summary>
    private async Task LookLastAsync()
    {
        if (!_unsaved.Any || _isBroken)
        {
            return;
        }

        using var patience = new CancellationTokenSource(options.LastPatience, time);
        try
        {
            await PersistAsync(WholeLengthAsync, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AppendConflictException or LogCorruptException)
        {
            LogNotSeen(folder, _outage ?? e.Message);
        }
    }

    private async Task EnqueueAsync(PendingLine<T> pending, CancellationToken cancellation)
    {
        if (!_queue.Writer.TryWrite(pending))
        {
            throw new StoreUnavailableException("The store has stopped.");
        }

        try
        {
            await PatientlyAsync(pending.Done, cancellation);
        }
        finally
        {
            pending.Abandon();
        }
    }

    private async Task PatientlyAsync(Task task, CancellationToken cancellation)
    {
        try
        {
            await task.WaitAsync(options.Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new StoreUnavailableException(
                _outage ?? $"The store has not answered within {options.Patience.TotalSeconds} s.");
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var batch = new LineBatch<T>();
        try
        {
            await PersistAsync(OpenAsync, cancellation);
            _opened.TrySetResult();
            while (await UntilWorkAsync(cancellation))
            {
                batch = LineBatch<T>.Gather(_queue.Reader, options.MaximumBatchBytes);
                await PersistAsync(token => CommitAsync(batch, token), cancellation);
                batch.Complete();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            FailWaiting(batch, new StoreUnavailableException("The store has stopped."));
        }
        catch (Exception e)
        {
            _isBroken = true;
            LogBroken(folder, e);
            Suffer(e.Message);
            FailWaiting(batch, new StoreUnavailableException(e.Message, e));
        }
    }

    /// <summary>
    /// Waits for work. When there is none for a while, a look at the storage is work as long as it may forget what was written:
    /// this host, which can write it again, may not be there when somebody notices.
    /// </summary>
    private async Task<bool> UntilWorkAsync(CancellationToken cancellation)
    {
        var work = _queue.Reader.WaitToReadAsync(cancellation).AsTask();
        if (_unsaved.Any)
        {
            try
            {
                return await work.WaitAsync(options.LookAgainAfter, time, cancellation);
            }
            catch (TimeoutException)
            {
                _queue.Writer.TryWrite(new PendingLine<T>(default!, default));
            }
        }

        return await work;
    }

    private void FailWaiting(LineBatch<T> batch, StoreUnavailableException failure)
    {
        batch.Fail(failure);
        _queue.Writer.TryComplete();
        _opened.TrySetException(failure);
        while (_queue.Reader.TryRead(out var pending))
        {
            pending.Fail(failure);
        }
    }

    private async Task PersistAsync(Func<CancellationToken, Task> step, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var told = false;
        for (var pause = options.FirstPause; ; pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause)
        {
            try
            {
                await step(cancellation);
                _outage = null;
                if (told)
                {
                    LogBack(folder);
                }

                return;
            }
            catch (StoreUnavailableException e)
            {
                _memory.Disturb();
                Suffer(e.Message);
                if (!told && time.GetElapsedTime(begun) >= options.QuietOutage)
                {
                    told = true;
                    LogAway(folder, e.Message);
                }

                await Task.Delay(pause, time, cancellation);
            }
        }
    }

    private void Suffer(string outage)
    {
        if (_outage is null)
        {
            Volatile.Write(ref _outageBegan, time.GetTimestamp());
        }

        _outage = outage;
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        await blobs.EnsureContainerAsync(cancellation);
        var listed = await blobs.ListAsync(folder + "/", cancellation);
        if (!_hasBegun)
        {
            await BeginAsync(listed, cancellation);
            _hasBegun = true;
        }

        foreach (var blob in listed)
        {
            if (blob.Name == NameOf(_segment))
            {
                await ScanAsync(blob.Length, cancellation);
            }
        }

        await blobs.CreateAppendBlobAsync(NameOf(_segment), cancellation);
        Volatile.Write(ref _knownAt, asked);
    }

    private async Task CommitAsync(LineBatch<T> batch, CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        await MakeRoomAsync(batch, cancellation);

        // What follows shows, where it succeeds, that the storage has all that was written before.
        var safe = _memory.SafeUntil(_unsaved.Newest);
        for (var behind = batch.Bytes.IsEmpty; !batch.Written;)
        {
            try
            {
                if (behind)
                {
                    await CatchUpAsync(batch, cancellation);
                    behind = false;
                    batch.Written |= batch.Bytes.IsEmpty;
                }
                else if (_blockCount >= options.MaximumSegmentBlocks
                    || (_position > 0 && _position + batch.Bytes.Length > options.MaximumSegmentBytes))
                {
                    await blobs.AppendAsync(NameOf(_segment), _position, Seal, cancellation);
                    _unsaved.Add(Here(Seal));
                    await NextSegmentAsync(cancellation);
                }
                else if (_position == 0 && !await HasPreviousAsync(cancellation))
                {
                    await WriteAgainAsync(cancellation);
                }
                else
                {
                    _blockCount = await blobs.AppendAsync(NameOf(_segment), _position, batch.Bytes, cancellation);
                    Ingest(batch);
                }
            }
            catch (AppendConflictException)
            {
                behind = true;
            }
        }

        _unsaved.LetGo(safe);
        Volatile.Write(ref _knownAt, asked);
    }

    /// <summary>
    /// What is kept to be written again has a bound: beyond it lines wait until the storage has saved some of it.
    /// </summary>
    private async Task MakeRoomAsync(LineBatch<T> batch, CancellationToken cancellation)
    {
        for (var again = false; _unsaved.IsFull && !batch.Bytes.IsEmpty && !batch.Written; again = true)
        {
            if (again)
            {
                Suffer("Storage has not saved what it acknowledged, and no more can be kept for it.");
                await Task.Delay(options.LookAgainAfter, time, cancellation);
            }

            var safe = _memory.SafeUntil(_unsaved.Newest);
            await CatchUpAsync(batch, cancellation);
            _unsaved.LetGo(safe);
        }
    }

    private void Ingest(LineBatch<T> batch)
    {
        _unsaved.Add(Here(batch.Bytes));
        foreach (var line in batch.Lines)
        {
            index.Ingest(new LogSpan(_segment, _position, line.Line.Length), line.Record);
            _position += line.Line.Length + 1;
        }

        batch.Written = true;
    }

    private UnsavedBlock Here(ReadOnlyMemory<byte> content) => new(_segment, _position, content) { At = time.GetTimestamp() };

    private Task NextSegmentAsync(CancellationToken cancellation)
    {
        _segment++;
        _position = 0;
        _blockCount = 0;
        return blobs.CreateAppendBlobAsync(NameOf(_segment), cancellation);
    }

    private string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{folder}/{number:D8}");
}
