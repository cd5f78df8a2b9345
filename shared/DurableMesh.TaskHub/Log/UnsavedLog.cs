using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// The end of a partition's log that the storage may still forget: which blocks those are, which of them the storage lacks, and
/// how it gets them back. Used by the log's loop alone, but for what says otherwise.
/// </summary>
/// <param name="storage">Where the log is.</param>
/// <param name="partition">Whose it is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what is worth telling.</param>
/// <param name="writtenAgain">Called when the storage had forgotten something: what is beside the log may be lost too.</param>
internal sealed partial class UnsavedLog(
    IPartitionStorage storage, int partition, TimeProvider time, ILogger logger, Action writtenAgain)
{
    private const long MaximumBytes = 128L * 1024 * 1024;

    private readonly StorageMemory _memory = new(storage.SavedUntil, time);
    private readonly UnsavedBlocks _blocks = new(MaximumBytes);
    private long _firstNeeded;
    private long _safeBefore;
    private long _lastSeenWhole;

    /// <summary>Whether there is anything that the storage may forget.</summary>
    public bool Any => _blocks.Any;

    /// <summary>Whether there is more of it than may be kept.</summary>
    public bool IsFull => _blocks.IsFull;

    /// <summary>How many bytes it has.</summary>
    public long Bytes => _blocks.Bytes;

    /// <summary>What was written before this timestamp the storage can no longer forget.</summary>
    public long SafeUntil => _memory.SafeUntil(_blocks.Newest);

    /// <summary>
    /// The openings of all segments before this one were seen to be saved, and then to be there. On any thread.
    /// </summary>
    public long SafeBefore => Volatile.Read(ref _safeBefore);

    /// <summary>For how long nothing has shown that the storage has all of it.</summary>
    public TimeSpan NotSeenFor => time.GetElapsedTime(_lastSeenWhole);

    /// <summary>Nothing needs the segments before this one any more: they are not written again. On any thread.</summary>
    public void NeedsFrom(long segment) => Volatile.Write(ref _firstNeeded, segment);

    /// <summary>A request failed: the storage may have been restarted from an older state.</summary>
    public void Disturb() => _memory.Disturb();

    /// <summary>Keeps a block that the storage has just acknowledged.</summary>
    public void Add(long segment, long position, ReadOnlyMemory<byte> block) =>
        _blocks.Add(new UnsavedBlock(segment, position, block) { At = time.GetTimestamp() });

    /// <summary>Keeps the end of the log that a recovery has read: whoever wrote it may be gone.</summary>
    public void Add(IEnumerable<UnsavedBlock> read)
    {
        foreach (UnsavedBlock block in read)
        {
            _blocks.Add(block);
        }
    }

    /// <summary>
    /// The storage had all of it, by a request that began when a part of it was known to be safe: that part is let go of.
    /// </summary>
    /// <param name="safe">What <see cref="SafeUntil"/> said before that request.</param>
    /// <param name="segment">The segment that is written to.</param>
    public void SeenWhole(long safe, long segment)
    {
        _lastSeenWhole = time.GetTimestamp();
        _blocks.LetGo(safe);
        Volatile.Write(ref _safeBefore, _blocks.Oldest switch
        {
            null => segment + 1,
            { Position: 0 } oldest => oldest.Segment,
            { } oldest => oldest.Segment + 1,
        });
    }

    /// <summary>
    /// Which blocks are needed and not there. That segments are gone shows nothing: a storage that has forgotten them all takes a
    /// new one all the same. Segments before the first that is needed do not count: one that forgets in the middle of the
    /// deletions may have one again and miss the next.
    /// </summary>
    public UnsavedBlock[] Missing(IReadOnlyList<LogSegment> segments)
    {
        long first = Volatile.Read(ref _firstNeeded);
        return [.. _blocks.All.Where(block => block.Segment >= first && !Holds(segments, block))];
    }

    /// <summary>Writes again what is missing.</summary>
    /// <param name="segments">What the storage has.</param>
    /// <param name="end">Where the log ends.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now, and may have deleted it.</exception>
    /// <exception cref="InvalidDataException">The storage has forgotten more than is kept.</exception>
    public async Task WriteAgainAsync(
        IReadOnlyList<LogSegment> segments, (long Segment, long Position) end, CancellationToken cancellation)
    {
        await storage.RenewLeaseAsync(cancellation);
        UnsavedBlock[] missing = Missing(segments);
        long segment = missing.FirstOrDefault()?.Segment ?? end.Segment;
        long position = missing.FirstOrDefault()?.Position ?? end.Position;
        long actual = segments.FirstOrDefault(listed => listed.Number == segment)?.Length ?? 0;
        if (position != actual)
        {
            throw new InvalidDataException(
                $"Partition {partition}: the storage has lost log segment {segment} from byte {actual:N0} on (the log stood at "
                + $"{end.Segment}:{end.Position:N0}), more than this host keeps to write again. What was acknowledged since is "
                + "gone: the partition stops.");
        }

        LogWritingAgain(partition, missing.Length, missing.Sum(recent => (long)recent.Content.Length));
        foreach (UnsavedBlock lost in missing)
        {
            if (lost.Position == 0)
            {
                await storage.CreateSegmentAsync(lost.Segment, cancellation);
            }

            await storage.AppendAsync(lost.Segment, lost.Position, lost.Content, cancellation);

            _blocks.WrittenAgain(lost, time.GetTimestamp());
        }

        if (end.Position == 0)
        {
            await storage.CreateSegmentAsync(end.Segment, cancellation);
        }

        writtenAgain();
    }

    private static bool Holds(IReadOnlyList<LogSegment> segments, UnsavedBlock block) => segments.Any(
        segment => segment.Number == block.Segment && segment.Length >= block.Position + block.Content.Length);

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: the storage came back without its last writes; writing {Blocks} blocks ({Bytes} bytes) "
        + "again from memory")]
    private partial void LogWritingAgain(int partition, int blocks, long bytes);
}
