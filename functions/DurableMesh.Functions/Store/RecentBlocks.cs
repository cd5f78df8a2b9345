namespace DurableMesh.Functions.Store;

/// <summary>
/// The last seconds of a log, kept because Azurite saves its metadata only about every five seconds: killed, it forgets that much
/// of what it had acknowledged, and the log then writes the missing tail again. Thread-safe.
/// </summary>
internal sealed class RecentBlocks(TimeProvider time)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(15);
    private const int MaximumBytes = 32 * 1024 * 1024;

    private readonly Queue<Block> _blocks = new();
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Whether the storage may still forget any of them.</summary>
    public bool MayBeForgotten
    {
        get
        {
            lock (_gate)
            {
                Trim();
                return _blocks.Count > 0;
            }
        }
    }

    /// <summary>Remembers a block that the storage has acknowledged.</summary>
    public void Add(int segment, int offset, ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            _blocks.Enqueue(new Block(segment, offset, content, time.GetTimestamp()));
            _bytes += content.Length;
            Trim();
        }
    }

    /// <summary>Lets go of what the storage has saved by now.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            while (_blocks.TryPeek(out var oldest) && (_bytes > MaximumBytes || time.GetElapsedTime(oldest.At, now) > Span))
            {
                _bytes -= _blocks.Dequeue().Content.Length;
            }
        }
    }

    /// <summary>The remembered blocks, oldest first.</summary>
    public IReadOnlyList<Block> ToList()
    {
        lock (_gate)
        {
            return [.. _blocks];
        }
    }

    /// <summary>One acknowledged append.</summary>
    internal readonly record struct Block(int Segment, int Offset, ReadOnlyMemory<byte> Content, long At);
}
