using System.Runtime.InteropServices;
using DurableMesh.LocalHost.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Engine.Log;

/// <summary>Where a recovered log ends.</summary>
/// <param name="NextSegment">The number of the segment to begin.</param>
/// <param name="LastSegment">The segment before it; 0 when there is none.</param>
/// <param name="LastSegmentLength">How many bytes of that segment count.</param>
/// <param name="NextCommit">The number of the next commit.</param>
internal sealed record LogEnd(long NextSegment, long LastSegment, long LastSegmentLength, long NextCommit);

/// <summary>Reads a partition's log from the beginning and hands out the payload of each commit.</summary>
internal sealed partial class LogRecovery(IPartitionStorage storage, int partition, ILogger logger)
{
    /// <summary>Takes one commit's payload.</summary>
    public delegate void CommitReader(long commit, ReadOnlySpan<byte> payload);

    /// <summary>
    /// Reads all segments. A tail that an interrupted append left behind is cut; anything else that cannot be read is an error.
    /// </summary>
    /// <exception cref="InvalidDataException">The log is damaged: names the segment and the offset.</exception>
    public async Task<LogEnd> ReadAsync(CommitReader reader, CancellationToken cancellation)
    {
        IReadOnlyList<LogSegment> listed = await storage.ListSegmentsAsync(cancellation);
        long nextSegment = listed.Count == 0 ? 1 : listed[^1].Number + 1;
        LogEnd end = new(nextSegment, 0, 0, 1);
        byte[]? bytes = null;
        LogSegment? segment = null;
        foreach (LogSegment following in listed)
        {
            byte[] followingBytes = await LoadAsync(following, cancellation);
            if (CommitFrame.TryRead(followingBytes, out _, out _, out _) != FrameStatus.Whole)
            {
                // Created, but its owner died before the first append was through: nothing of it counts.
                continue;
            }

            if (segment is not null)
            {
                int valid = ValidLength(followingBytes, segment, bytes!.Length);
                end = ReadSegment(segment.Number, bytes.AsSpan(0, valid), isLast: false, end, reader);
            }

            (segment, bytes) = (following, followingBytes);
        }

        return segment is null ? end : ReadSegment(segment.Number, bytes, isLast: true, end, reader);
    }

    private async Task<byte[]> LoadAsync(LogSegment segment, CancellationToken cancellation)
    {
        await using Stream stream = await storage.ReadAsync(segment.Number, 0, cancellation);
        using var bytes = new MemoryStream((int)segment.Length);
        await stream.CopyToAsync(bytes, cancellation);
        return bytes.Length == bytes.Capacity ? bytes.GetBuffer() : bytes.ToArray();
    }

    /// <summary>How much of a segment counts: its successor's first record says so.</summary>
    private static int ValidLength(byte[] successor, LogSegment segment, int length)
    {
        CommitFrame.TryRead(successor, out _, out _, out int payload);
        var reader = new LogReader(successor.AsSpan(CommitFrame.HeaderBytes, payload));
        reader.Number();
        if ((RecordKind)reader.Byte() != RecordKind.SegmentOpened)
        {
            throw new InvalidDataException($"The log segment after {segment.Number} does not begin with its opening record.");
        }

        reader.Byte();
        reader.Number();
        long previous = reader.Number();
        long valid = reader.Number();
        return previous == segment.Number ? (int)Math.Min(valid, length) : length;
    }

    private LogEnd ReadSegment(long segment, ReadOnlySpan<byte> bytes, bool isLast, LogEnd end, CommitReader reader)
    {
        int offset = 0;
        int valid = 0;
        long commit = end.NextCommit;
        List<byte>? parts = null;
        while (offset < bytes.Length)
        {
            FrameStatus status = CommitFrame.TryRead(bytes[offset..], out long number, out bool more, out int length);
            if (status != FrameStatus.Whole)
            {
                if (isLast && CommitFrame.FindWhole(bytes[offset..]) < 0)
                {
                    break;
                }

                throw new InvalidDataException(
                    $"Partition {partition}: log segment {segment} is damaged at byte {offset:N0} ({status}). Restore the blob from a backup; "
                    + "going on without these bytes would lose acknowledged work.");
            }

            ReadOnlySpan<byte> payload = bytes.Slice(offset + CommitFrame.HeaderBytes, length);
            bool isOpening = offset == 0;
            offset += CommitFrame.HeaderBytes + length;
            if (isOpening)
            {
                valid = offset;
                continue;
            }

            if (number != commit)
            {
                throw new InvalidDataException(
                    $"Partition {partition}: log segment {segment} holds commit {number} at byte {valid:N0}, where commit {commit} belongs.");
            }

            if (more || parts is not null)
            {
                (parts ??= []).AddRange(payload);
            }

            if (!more)
            {
                reader(number, parts is null ? payload : CollectionsMarshal.AsSpan(parts));
                parts = null;
                commit++;
                valid = offset;
            }
        }

        if (valid < bytes.Length)
        {
            LogTailCut(partition, segment, valid, bytes.Length - valid);
        }

        return end with { LastSegment = segment, LastSegmentLength = valid, NextCommit = commit };
    }

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: log segment {Segment} ends in an append that was cut short; leaving out {Bytes} bytes from byte {Offset} on")]
    private partial void LogTailCut(int partition, long segment, long offset, long bytes);
}
