namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// The blocks at a log's end that the storage may still forget: kept so that they can be written again. Which of them are safe
/// says <see cref="StorageMemory"/>. Used by one log's loop alone.
/// </summary>
/// <param name="maximumBytes">Beyond so many bytes nothing more may be appended until the storage has saved some of them.</param>
public sealed class UnsavedBlocks(long maximumBytes)
{
    private readonly Queue<UnsavedBlock> _blocks = new();

    /// <summary>How many bytes they have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether there are any.</summary>
    public bool Any => _blocks.Count > 0;

    /// <summary>Whether there are more than may be kept.</summary>
    public bool IsFull => Bytes > maximumBytes;

    /// <summary>When the newest one was acknowledged, as a timestamp of the clock.</summary>
    public long Newest { get; private set; } = long.MinValue;

    /// <summary>The oldest one, if any.</summary>
    public UnsavedBlock? Oldest => _blocks.TryPeek(out UnsavedBlock? oldest) ? oldest : null;

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyCollection<UnsavedBlock> All => _blocks;

    /// <summary>Keeps a block that the storage has just acknowledged.</summary>
    /// <param name="block">The block.</param>
    public void Add(UnsavedBlock block)
    {
        _blocks.Enqueue(block);
        Bytes += block.Content.Length;
        Newest = block.At;
    }

    /// <summary>Keeps a block that was read, for whoever wrote it may be gone, and of such blocks only the newest.</summary>
    /// <param name="block">The block.</param>
    /// <param name="maximumReadBytes">Older blocks are let go of beyond so many bytes, up to the first that was written here.</param>
    public void AddRead(UnsavedBlock block, long maximumReadBytes)
    {
        Add(block with { IsOwn = false });
        while (Bytes > maximumReadBytes && _blocks.Count > 1 && !_blocks.Peek().IsOwn)
        {
            LetGoOfOldest();
        }
    }

    /// <summary>A block was written again, and may be forgotten once more.</summary>
    /// <param name="block">One of them.</param>
    /// <param name="at">When it was acknowledged.</param>
    public void WrittenAgain(UnsavedBlock block, long at) => block.At = Newest = at;

    /// <summary>Lets go of what the storage can no longer forget.</summary>
    /// <param name="safeUntil">What <see cref="StorageMemory.SafeUntil"/> said.</param>
    public void LetGo(long safeUntil)
    {
        while (_blocks.TryPeek(out UnsavedBlock? oldest) && oldest.At < safeUntil)
        {
            LetGoOfOldest();
        }
    }

    private void LetGoOfOldest() => Bytes -= _blocks.Dequeue().Content.Length;
}

/// <summary>One acknowledged append, or what was read at once.</summary>
/// <param name="Segment">The log's segment.</param>
/// <param name="Position">Its first byte there.</param>
/// <param name="Content">Its bytes.</param>
public sealed record UnsavedBlock(long Segment, long Position, ReadOnlyMemory<byte> Content)
{
    /// <summary>When it was acknowledged or read last, as a timestamp of the clock.</summary>
    public required long At { get; set; }

    /// <summary>Whether it was written here.</summary>
    public bool IsOwn { get; init; } = true;
}
