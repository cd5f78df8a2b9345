using System.Collections.Immutable;

namespace DurableMesh.TaskHub.Storage;

/// <summary>
/// All segments and checkpoint files of all partitions at one moment. Immutable, so that a past moment costs nothing to keep.
/// </summary>
internal sealed record InMemoryLog(
    ImmutableSortedDictionary<(int Partition, long Segment), InMemorySegment> Segments,
    ImmutableSortedDictionary<(int Partition, long File), byte[]> Checkpoints)
{
    public static readonly InMemoryLog Empty = new(
        ImmutableSortedDictionary<(int, long), InMemorySegment>.Empty, ImmutableSortedDictionary<(int, long), byte[]>.Empty);

    public InMemorySegment? Find(int partition, long segment) => Segments.GetValueOrDefault((partition, segment));

    public InMemoryLog With(int partition, long segment, InMemorySegment value) =>
        this with { Segments = Segments.SetItem((partition, segment), value) };

    public InMemoryLog Without(int partition, long segment) =>
        this with { Segments = Segments.Remove((partition, segment)) };

    public InMemoryLog WithCheckpointFile(int partition, long file, byte[] content) =>
        this with { Checkpoints = Checkpoints.SetItem((partition, file), content) };

    public InMemoryLog WithoutCheckpointFile(int partition, long file) =>
        this with { Checkpoints = Checkpoints.Remove((partition, file)) };

    public IReadOnlyList<CheckpointFile> ListCheckpointFiles(int partition) =>
    [
        .. from entry in Checkpoints
           where entry.Key.Partition == partition
           select new CheckpointFile(entry.Key.File, entry.Value.Length),
    ];

    public IReadOnlyList<LogSegment> List(int partition) =>
    [
        .. from entry in Segments
           where entry.Key.Partition == partition
           select new LogSegment(entry.Key.Segment, entry.Value.Length, entry.Value.Blocks.Count),
    ];
}

/// <summary>One segment's blocks at one moment.</summary>
internal sealed record InMemorySegment(ImmutableList<byte[]> Blocks, long Length)
{
    public static readonly InMemorySegment Empty = new([], 0);

    public InMemorySegment Append(byte[] block) => new(Blocks.Add(block), Length + block.Length);

    public byte[] ReadFrom(long offset)
    {
        var bytes = new byte[Math.Max(0, Length - offset)];
        var start = -offset;
        foreach (var block in Blocks)
        {
            var skipped = (int)Math.Clamp(-start, 0, block.Length);
            block.AsSpan(skipped).CopyTo(bytes.AsSpan((int)Math.Max(0, start)));
            start += block.Length;
        }

        return bytes;
    }

    public InMemorySegment Truncate(long length)
    {
        var kept = Empty;
        foreach (var block in Blocks.TakeWhile(_ => kept.Length < length))
        {
            kept = kept.Append(block[..(int)Math.Min(block.Length, length - kept.Length)]);
        }

        return kept;
    }

    public InMemorySegment FlipByte(long offset)
    {
        var start = 0L;
        for (var index = 0; index < Blocks.Count; start += Blocks[index++].Length)
        {
            if (offset - start < Blocks[index].Length)
            {
                var changed = Blocks[index].ToArray();
                changed[offset - start] ^= 0xFF;
                return this with { Blocks = Blocks.SetItem(index, changed) };
            }
        }

        throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The segment is {Length} bytes long.");
    }
}
