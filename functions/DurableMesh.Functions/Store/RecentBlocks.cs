namespace DurableMesh.Functions.Store;

/// <summary>
/// The end of a log, kept because a storage may forget what it has acknowledged: an Azurite saves its metadata only about every
/// five seconds, if it can. The log then writes the missing tail again. Used by the log's own loop alone.
/// </summary>
internal sealed class RecentBlocks
{
    private const int MaximumBytes = 64 * 1024 * 1024;

    // Of what others wrote only the last seconds can be forgotten, and a start reads the whole log.
    private const int MaximumReadBytes = 16 * 1024 * 1024;

    private readonly Queue<Block> _blocks = new();
    private long _bytes;

    /// <summary>Whether the storage may still forget any of them.</summary>
    public bool Any => _blocks.Count > 0;

    /// <summary>Whether there are so many that nothing more may be written before the storage has saved some.</summary>
    public bool IsFull => _bytes > MaximumBytes;

    /// <summary>When the newest was acknowledged, as a timestamp of the clock.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>Keeps a block that the storage has acknowledged.</summary>
    public void Add(int segment, int offset, ReadOnlyMemory<byte> content, long at) =>
        Add(new Block(segment, offset, content, IsOwn: true) { At = at });

    /// <summary>Keeps what was read: whoever wrote it may be gone.</summary>
    public void AddRead(int segment, int offset, ReadOnlyMemory<byte> content, long at)
    {
        Add(new Block(segment, offset, content, IsOwn: false) { At = at });
        while (_bytes > MaximumReadBytes && _blocks.Count > 1 && !_blocks.Peek().IsOwn)
        {
            _bytes -= _blocks.Dequeue().Content.Length;
        }
    }

    /// <summary>A block was written again, and may be forgotten once more.</summary>
    public void WrittenAgain(Block block, long at) => block.At = Newest = at;

    /// <summary>Lets go of what the storage can no longer forget.</summary>
    public void LetGo(long safeUntil)
    {
        while (_blocks.TryPeek(out var oldest) && oldest.At < safeUntil)
        {
            _bytes -= _blocks.Dequeue().Content.Length;
        }
    }

    /// <summary>The remembered blocks, oldest first.</summary>
    public IReadOnlyList<Block> ToList() => [.. _blocks];

    private void Add(Block block)
    {
        _blocks.Enqueue(block);
        _bytes += block.Content.Length;
        Newest = block.At;
    }

    /// <summary>One acknowledged append, or what was read at once.</summary>
    internal sealed record Block(int Segment, int Offset, ReadOnlyMemory<byte> Content, bool IsOwn)
    {
        /// <summary>When it was acknowledged or read last, as a timestamp of the clock.</summary>
        public long At { get; set; }
    }
}
