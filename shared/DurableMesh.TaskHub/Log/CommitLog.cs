using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// The writing end of a partition's log. Appends commits one after the other, conditional on lease and position; finds out what
/// became of an append whose answer was lost; rotates segments; looks whether the storage has all that it may still forget, so
/// that the <see cref="UnsavedLog"/> is written again.
/// </summary>
/// <param name="storage">Where the log is.</param>
/// <param name="partition">Whose it is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what is worth telling.</param>
/// <param name="writtenAgain">Called when the storage had forgotten something: what is beside the log may be lost too.</param>
internal sealed partial class CommitLog(
    IPartitionStorage storage, int partition, TimeProvider time, ILogger logger, Action writtenAgain)
{
    /// <summary>A segment rotates at this size, so that recovery can read one into memory.</summary>
    private const long MaximumSegmentBytes = 128L * 1024 * 1024;

    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(1);

    /// <summary>A partition that stops waits so long for a storage that does not answer its last look.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly UnsavedLog _unsaved = new(storage, partition, time, logger, writtenAgain);
    private long _segment;
    private long _position;
    private int _blocks;
    private CheckpointManifest? _checkpoint;
    private DateTimeOffset? _unavailableSince;

    /// <summary>How many blocks were appended.</summary>
    public long Appends { get; private set; }

    /// <summary>How many bytes were appended.</summary>
    public long Bytes { get; private set; }

    /// <summary>The segment that is written to.</summary>
    public long Segment => Volatile.Read(ref _segment);

    /// <inheritdoc cref="UnsavedLog.SafeBefore"/>
    public long SafeBefore => _unsaved.SafeBefore;

    /// <inheritdoc cref="UnsavedLog.NeedsFrom"/>
    public void NeedsFrom(long segment) => _unsaved.NeedsFrom(segment);

    /// <summary>Begins a new segment behind what recovery found.</summary>
    /// <param name="end">The end of the valid log.</param>
    /// <param name="checkpoint">The checkpoint in force, or null.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task OpenAsync(LogEnd end, CheckpointManifest? checkpoint, CancellationToken cancellation)
    {
        (_segment, _checkpoint) = (end.NextSegment, checkpoint);
        _unsaved.Add(end.Tail);
        await OpenSegmentAsync(end.LastSegment, end.LastSegmentLength, end.NextCommit - 1, cancellation);
    }

    /// <summary>Whether the storage may still forget something.</summary>
    public bool MayBeForgotten => _unsaved.Any;

    /// <summary>
    /// Whether nothing was appended for a moment, and the storage may still forget something: then a look at it is due, because
    /// this host, which can write it again, may not be there when somebody else notices.
    /// </summary>
    public bool WantsLook => _unsaved.Any && _unsaved.NotSeenFor >= LookAfter;

    /// <summary>
    /// Looks whether the storage has all that was written lately, and writes again what it has forgotten. Lets go of what it can
    /// no longer forget.
    /// </summary>
    /// <param name="stops">Whether the partition stops: then it does not wait for long where the storage is away.</param>
    /// <param name="cancellation">Stops at once.</param>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    /// <exception cref="InvalidDataException">The storage has forgotten more than this host keeps.</exception>
    /// <exception cref="StorageUnavailableException">The partition stops, and the storage does not answer.</exception>
    public async Task LookAsync(Func<bool>? stops, CancellationToken cancellation)
    {
        long safe = _unsaved.SafeUntil;
        await IsWholeAsync(stops, cancellation);
        _unsaved.SeenWhole(safe, _segment);
    }

    /// <summary>Makes a batch durable. Returns when it is; waits as long as the storage is away.</summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now. Nothing of the batch counts.</exception>
    /// <exception cref="InvalidDataException">The storage holds something else than was written to it.</exception>
    public async Task AppendAsync(CommitBatch batch, CancellationToken cancellation)
    {
        List<ReadOnlyMemory<byte>> blocks = Frames(batch);
        _checkpoint = batch.Checkpoint ?? _checkpoint;
        if (batch.Checkpoint is not null
            || _blocks + blocks.Count > storage.MaximumBlocksPerSegment
            || _position >= MaximumSegmentBytes)
        {
            await RotateAsync(_position, batch.Number - 1, cancellation);
        }

        while (true)
        {
            long start = _position;
            try
            {
                await WriteAsync(blocks, cancellation);
                return;
            }
            catch (SegmentFullException)
            {
                await RotateAsync(start, batch.Number - 1, cancellation);
            }
        }
    }

    private List<ReadOnlyMemory<byte>> Frames(CommitBatch batch)
    {
        Memory<byte> whole = batch.Buffer.Written;
        if (whole.Length <= storage.MaximumBlockBytes)
        {
            CommitFrame.Seal(whole.Span, batch.Number, more: false);
            return [whole];
        }

        var frames = new List<ReadOnlyMemory<byte>>();
        Memory<byte> payload = whole[CommitFrame.HeaderBytes..];
        int share = storage.MaximumBlockBytes - CommitFrame.HeaderBytes;
        for (int offset = 0; offset < payload.Length; offset += share)
        {
            int length = Math.Min(share, payload.Length - offset);
            var frame = new byte[CommitFrame.HeaderBytes + length];
            payload.Slice(offset, length).CopyTo(frame.AsMemory(CommitFrame.HeaderBytes));
            CommitFrame.Seal(frame, batch.Number, more: offset + length < payload.Length);
            frames.Add(frame);
        }

        return frames;
    }

    private async Task RotateAsync(long validLength, long lastCommit, CancellationToken cancellation)
    {
        long previous = _segment++;
        await OpenSegmentAsync(previous, validLength, lastCommit, cancellation);
    }

    /// <summary>Whether the storage has all that was written lately; what it has forgotten is written again.</summary>
    private async Task<bool> IsWholeAsync(Func<bool>? stops, CancellationToken cancellation)
    {
        bool whole = true;
        await PersistAsync(
            () => MendAsync(async () =>
            {
                IReadOnlyList<LogSegment> segments = await storage.ListSegmentsAsync(cancellation);
                if (_unsaved.Missing(segments) is [_, ..])
                {
                    whole = false;
                    await _unsaved.WriteAgainAsync(segments, (_segment, _position), cancellation);
                }
            }),
            stops,
            cancellation);
        return whole;
    }

    /// <summary>
    /// What is kept to be written again has a bound: beyond it work waits until the storage has saved some of it.
    /// </summary>
    private async Task MakeRoomAsync(CancellationToken cancellation)
    {
        for (bool told = false; _unsaved.IsFull; told = true)
        {
            if (told)
            {
                await Task.Delay(LookAfter, time, cancellation);
            }
            else
            {
                LogNotSaving(partition, _unsaved.Bytes);
            }

            await LookAsync(stops: null, cancellation);
        }
    }

    /// <summary>
    /// Looks and mends; what forgets in the middle of that is looked at again, like a storage that does not answer.
    /// </summary>
    private static async Task MendAsync(Func<Task> mend)
    {
        try
        {
            await mend();
        }
        catch (Exception changed) when (changed is AppendPositionException or FileNotFoundException)
        {
            throw new StorageUnavailableException("The log changed while it was looked at.", changed);
        }
    }

    private async Task WriteAsync(List<ReadOnlyMemory<byte>> blocks, CancellationToken cancellation)
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            await WriteAsync(blocks[i], cancellation);
        }
    }

    private async Task OpenSegmentAsync(long previous, long previousLength, long lastCommit, CancellationToken cancellation)
    {
        var opening = new CommitBatch(lastCommit);
        opening.Records.SegmentOpened(partition, previous, previousLength);
        if (_checkpoint is not null)
        {
            opening.Records.CheckpointInForce(_checkpoint);
        }

        CommitFrame.Seal(opening.Buffer.Written.Span, lastCommit, more: false);
        for (; ; _segment++)
        {
            (_position, _blocks) = (0, 0);
            do
            {
                await PersistAsync(() => storage.CreateSegmentAsync(_segment, cancellation), stops: null, cancellation);
            }
            while (_unsaved.Any && !await IsWholeAsync(stops: null, cancellation));

            // The segment was there, and empty, when all before it was: a storage that forgets any of that from now on forgets
            // the segment too, and the opening finds no place.
            try
            {
                await WriteAsync(opening.Buffer.Written, cancellation);
                return;
            }
            catch (SegmentFullException)
            {
                // The opening itself was cut short: recovery passes over a segment without one.
            }
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        await MakeRoomAsync(cancellation);
        long safe = long.MinValue;
        await PersistAsync(
            async () =>
            {
                try
                {
                    // An append at its position shows that the storage has all before it.
                    safe = _unsaved.SafeUntil;
                    await storage.AppendAsync(_segment, _position, block, cancellation);
                }
                catch (AppendPositionException)
                {
                    await MendAsync(() => ReconcileAsync(block, cancellation));
                }
            },
            stops: null,
            cancellation);
        _unsaved.Add(_segment, _position, block);
        _unsaved.SeenWhole(safe, _segment);
        _position += block.Length;
        _blocks++;
        Appends++;
        Bytes += block.Length;
    }

    /// <summary>
    /// Repeats an operation until the storage answers, and tells when that takes long. Gives up where the partition stops.
    /// </summary>
    private Task<bool> PersistAsync(
        Func<Task> operation, Func<bool>? stops, CancellationToken cancellation) => Persistence.RunAsync(
        async () =>
        {
            await operation();
            if (_unavailableSince is { } since)
            {
                LogStorageBack(partition, (time.GetUtcNow() - since).TotalSeconds);
                _unavailableSince = null;
            }

            return true;
        },
        time,
        error =>
        {
            _unsaved.Disturb();
            if (_unavailableSince is not { } since)
            {
                _unavailableSince = time.GetUtcNow();
                LogStorageAway(partition, error.Message);
            }
            else if (stops?.Invoke() == true && time.GetUtcNow() - since >= LastPatience)
            {
                throw error;
            }
        },
        cancellation);

    /// <summary>
    /// The segment is not as long as we think. Longer by exactly this block: an earlier attempt arrived and its answer was
    /// lost. Longer by a part of it: that attempt was cut short, and the segment is left behind. Shorter, or as long by now: the
    /// storage was restarted from an older state, and what is missing is written again. Anything else is not ours to mend.
    /// </summary>
    private async Task ReconcileAsync(ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        IReadOnlyList<LogSegment> segments = await storage.ListSegmentsAsync(cancellation);
        long actual = segments.FirstOrDefault(segment => segment.Number == _segment)?.Length ?? -1;
        if (actual > _position && actual - _position <= block.Length
            && await HoldsAsync(block[..(int)(actual - _position)], cancellation))
        {
            if (actual - _position == block.Length)
            {
                return;
            }

            throw new SegmentFullException(_segment);
        }

        if (actual > _position)
        {
            throw new InvalidDataException(
                $"Partition {partition}: log segment {_segment} should be {_position:N0} bytes long and is {actual:N0}, "
                + "with bytes that this owner did not write. Two hosts may be writing to one hub; "
                + "stop both and keep the container for inspection.");
        }

        do
        {
            await _unsaved.WriteAgainAsync(segments, (_segment, _position), cancellation);
            segments = await storage.ListSegmentsAsync(cancellation);
        }
        while (_unsaved.Missing(segments) is [_, ..]);
        await storage.AppendAsync(_segment, _position, block, cancellation);
    }

    private async Task<bool> HoldsAsync(ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> stored = await storage.ReadAsync(_segment, _position, block.Length, cancellation);
        return stored.Length == block.Length
            ? block.Span.SequenceEqual(stored.Span)
            : throw new StorageUnavailableException($"Log segment {_segment} became shorter while it was looked at.");
    }
}
