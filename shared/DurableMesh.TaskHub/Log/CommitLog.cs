using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// The writing end of a partition's log. Appends commits one after the other, conditional on lease and position; finds out what
/// became of an append whose answer was lost; rotates segments; writes again what a storage has forgotten that was restarted
/// from an older state.
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

    private const long MaximumUnsavedBytes = 128L * 1024 * 1024;

    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(1);

    private readonly StorageMemory _memory = new(storage.SavedUntil, time);
    private readonly UnsavedBlocks _unsaved = new(MaximumUnsavedBytes);
    private long _firstNeeded;
    private long _segment;
    private long _position;
    private int _blocks;
    private CheckpointManifest? _checkpoint;
    private long _lastSeenWhole;
    private DateTimeOffset? _unavailableSince;

    /// <summary>How many blocks were appended.</summary>
    public long Appends { get; private set; }

    /// <summary>How many bytes were appended.</summary>
    public long Bytes { get; private set; }

    /// <summary>The segment that is written to.</summary>
    public long Segment => Volatile.Read(ref _segment);

    /// <summary>What was written before this timestamp, here or beside the log, the storage can no longer forget.</summary>
    public long SafeUntil => _memory.SafeUntil(_unsaved.Newest);

    /// <summary>Nothing needs the segments before <paramref name="segment"/> any more: they are not written again.</summary>
    public void NeedsFrom(long segment) => Volatile.Write(ref _firstNeeded, segment);

    /// <summary>Begins a new segment behind what recovery found.</summary>
    /// <param name="end">The end of the valid log.</param>
    /// <param name="checkpoint">The checkpoint in force, or null.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task OpenAsync(LogEnd end, CheckpointManifest? checkpoint, CancellationToken cancellation)
    {
        (_segment, _checkpoint) = (end.NextSegment, checkpoint);
        await OpenSegmentAsync(end.LastSegment, end.LastSegmentLength, end.NextCommit - 1, cancellation);
    }

    /// <summary>
    /// Whether nothing was appended for a moment, and the storage may still forget something: then a look at it is due, because
    /// this host, which can write it again, may not be there when somebody else notices.
    /// </summary>
    public bool WantsLook => _unsaved.Any && time.GetElapsedTime(_lastSeenWhole) >= LookAfter;

    /// <summary>
    /// Looks whether the storage has all that was written lately, and writes again what it has forgotten. Lets go of what it can
    /// no longer forget.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    /// <exception cref="InvalidDataException">The storage has forgotten more than this host keeps.</exception>
    public async Task LookAsync(CancellationToken cancellation)
    {
        long safe = SafeUntil;
        await IsWholeAsync(cancellation);
        SeenWhole(safe);
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
        bool whole;
        do
        {
            long previous = _segment++;
            await OpenSegmentAsync(previous, validLength, lastCommit, cancellation);
            validLength = _position;

            // A storage that has forgotten the end of the segment before takes a new one all the same.
            whole = await IsWholeAsync(cancellation);
        }
        while (!whole);
    }

    /// <summary>Whether the storage has all that was written lately; what it has forgotten is written again.</summary>
    private async Task<bool> IsWholeAsync(CancellationToken cancellation)
    {
        bool whole = true;
        await PersistAsync(
            () => MendAsync(async () =>
            {
                IReadOnlyList<LogSegment> segments = await storage.ListSegmentsAsync(cancellation);
                if (Missing(segments) is [_, ..])
                {
                    whole = false;
                    await WriteAgainAsync(segments, cancellation);
                }
            }),
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

            await LookAsync(cancellation);
        }
    }

    /// <summary>The storage had all that was written, by a request that began when a part of it was known to be safe.</summary>
    private void SeenWhole(long safe)
    {
        _lastSeenWhole = time.GetTimestamp();
        _unsaved.LetGo(safe);
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
            await PersistAsync(() => storage.CreateSegmentAsync(_segment, cancellation), cancellation);
            (_position, _blocks) = (0, 0);
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
                    safe = SafeUntil;
                    await storage.AppendAsync(_segment, _position, block, cancellation);
                }
                catch (AppendPositionException)
                {
                    await MendAsync(() => ReconcileAsync(block, cancellation));
                }
            },
            cancellation);
        _unsaved.Add(new UnsavedBlock(_segment, _position, block) { At = time.GetTimestamp() });
        SeenWhole(safe);
        _position += block.Length;
        _blocks++;
        Appends++;
        Bytes += block.Length;
    }

    /// <summary>Repeats an operation until the storage answers, and tells when that takes long.</summary>
    private Task<bool> PersistAsync(Func<Task> operation, CancellationToken cancellation) => Persistence.RunAsync(
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
            _memory.Disturb();
            if (_unavailableSince is null)
            {
                _unavailableSince = time.GetUtcNow();
                LogStorageAway(partition, error.Message);
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

        await WriteAgainAsync(segments, cancellation);
        await storage.AppendAsync(_segment, _position, block, cancellation);
    }

    private async Task WriteAgainAsync(IReadOnlyList<LogSegment> segments, CancellationToken cancellation)
    {
        UnsavedBlock[] missing = Missing(segments);
        long segment = missing.FirstOrDefault()?.Segment ?? _segment;
        long position = missing.FirstOrDefault()?.Position ?? _position;
        long actual = segments.FirstOrDefault(listed => listed.Number == segment)?.Length ?? 0;
        if (position != actual)
        {
            throw new InvalidDataException(
                $"Partition {partition}: the storage has lost log segment {segment} from byte {actual:N0} on (the log stood at "
                + $"{_segment}:{_position:N0}), more than this host keeps to write again. What was acknowledged since is gone: "
                + "the partition stops.");
        }

        LogWritingAgain(partition, missing.Length, missing.Sum(recent => (long)recent.Content.Length));
        foreach (UnsavedBlock lost in missing)
        {
            if (lost.Position == 0)
            {
                await storage.CreateSegmentAsync(lost.Segment, cancellation);
            }

            await storage.AppendAsync(lost.Segment, lost.Position, lost.Content, cancellation);

            _unsaved.WrittenAgain(lost, time.GetTimestamp());
        }

        if (_position == 0)
        {
            await storage.CreateSegmentAsync(_segment, cancellation);
        }

        writtenAgain();
    }

    /// <summary>
    /// What was written lately, is needed and is not there. Segments before the first were deleted as no longer needed, perhaps
    /// by the next owner; of others a storage that forgets in the middle of the deletions may have one again and miss the next.
    /// </summary>
    private UnsavedBlock[] Missing(IReadOnlyList<LogSegment> segments)
    {
        long first = Math.Max(Volatile.Read(ref _firstNeeded), segments.Count == 0 ? 0 : segments[0].Number);
        return [.. _unsaved.All.Where(block => block.Segment >= first && !Holds(segments, block))];
    }

    private static bool Holds(IReadOnlyList<LogSegment> segments, UnsavedBlock block) => segments.Any(
        segment => segment.Number == block.Segment && segment.Length >= block.Position + block.Content.Length);

    private async Task<bool> HoldsAsync(ReadOnlyMemory<byte> block, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> stored = await storage.ReadAsync(_segment, _position, block.Length, cancellation);
        return stored.Length == block.Length
            ? block.Span.SequenceEqual(stored.Span)
            : throw new StorageUnavailableException($"Log segment {_segment} became shorter while it was looked at.");
    }
}
