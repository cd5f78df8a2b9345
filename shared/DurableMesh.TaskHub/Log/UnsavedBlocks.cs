using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Log;

/// <summary>The blocks at the log's end that the storage may still forget: kept so that they can be written again.</summary>
internal sealed class UnsavedBlocks
{
    /// <summary>Beyond so many bytes nothing more is appended until the storage has saved some of them.</summary>
    private const long MaximumBytes = 128L * 1024 * 1024;

    private readonly Queue<Block> _blocks = new();
    private long _bytes;

    /// <summary>How many bytes they have.</summary>
    public long Bytes => _bytes;

    /// <summary>Whether there are any.</summary>
    public bool Any => _blocks.Count > 0;

    /// <summary>Whether there are more than may be kept.</summary>
    public bool IsFull => _bytes > MaximumBytes;

    /// <summary>When the newest one was acknowledged.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>Keeps a block that was just acknowledged.</summary>
    public void Add(long segment, long position, ReadOnlyMemory<byte> bytes, long at)
    {
        _blocks.Enqueue(new Block(segment, position, bytes) { At = Newest = at });
        _bytes += bytes.Length;
    }

    /// <summary>A block was written again, and may be forgotten once more.</summary>
    public void WrittenAgain(Block block, long at) => block.At = Newest = at;

    /// <summary>Lets go of what the storage can no longer forget.</summary>
    public void LetGo(long safeUntil)
    {
        while (_blocks.TryPeek(out Block? oldest) && oldest.At < safeUntil)
        {
            _blocks.Dequeue();
            _bytes -= oldest.Bytes.Length;
        }
    }

    /// <summary>Which of them are not there, though their segment is needed.</summary>
    public Block[] Missing(IReadOnlyList<LogSegment> segments, long first) =>
        [.. _blocks.Where(block => block.Segment >= first && !Holds(segments, block))];

    private static bool Holds(IReadOnlyList<LogSegment> segments, Block block) => segments.Any(
        segment => segment.Number == block.Segment && segment.Length >= block.Position + block.Bytes.Length);

    /// <summary>An acknowledged append.</summary>
    internal sealed record Block(long Segment, long Position, ReadOnlyMemory<byte> Bytes)
    {
        /// <summary>When it was acknowledged last, as a timestamp of the clock.</summary>
        public long At { get; set; }
    }
}
