using System.Runtime.InteropServices;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Log;

/// <summary>Where a recovered log ends.</summary>
/// <param name="NextSegment">The number of the segment to begin.</param>
/// <param name="LastSegment">The segment before it; 0 when there is none.</param>
/// <param name="LastSegmentLength">How many bytes of that segment count.</param>
/// <param name="NextCommit">The number of the next commit.</param>
/// <param name="Tail">What was read last: it may be young, and whoever wrote it may be gone.</param>
internal sealed record LogEnd(
    long NextSegment, long LastSegment, long LastSegmentLength, long NextCommit, IReadOnlyCollection<UnsavedBlock> Tail);

/// <summary>
/// Reads a partition's log from its newest usable checkpoint on, or from the beginning, and hands out the payload of each commit.
/// </summary>
internal sealed partial class LogRecovery(IPartitionStorage storage, int partition, TimeProvider time, ILogger logger)
{
    /// <summary>So much of the log's end is kept, to be written again where the storage forgets it.</summary>
    private const long MaximumTailBytes = 16L * 1024 * 1024;

    private readonly Queue<(long Segment, int Position, ReadOnlyMemory<byte> Frame)> _tail = new();
    private long _tailBytes;

    /// <summary>Takes one commit's payload.</summary>
    public delegate void CommitReader(long commit, ReadOnlySpan<byte> payload);

    /// <summary>
    /// Finds the newest checkpoint that can be read, then reads what was committed behind it. A tail that an interrupted append
    /// left behind is cut; anything else that cannot be read is an error.
    /// </summary>
    /// <param name="load">
    /// Takes in a checkpoint; false where a part of it is missing or damaged: then an older one is tried.
    /// </param>
    /// <param name="reader">Takes the commits behind the checkpoint.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="InvalidDataException">The log is damaged: names the segment and the offset.</exception>
    /// <exception cref="NewerFormatException">A newer version wrote it.</exception>
    public async Task<LogEnd> ReadAsync(
        Func<CheckpointManifest, Task<bool>> load, CommitReader reader, CancellationToken cancellation)
    {
        IReadOnlyList<LogSegment> listed = await Persistence.RunAsync(
            () => storage.ListSegmentsAsync(cancellation), time, away: null, cancellation);
        (CheckpointManifest? checkpoint, LoadedSegment? newest) = await FindCheckpointAsync(listed, load, cancellation);
        long tailCommit = checkpoint?.TailCommit ?? 1;
        LogEnd end = new(listed.Count == 0 ? 1 : listed[^1].Number + 1, 0, 0, 1, []);
        LoadedSegment? segment = null;
        foreach (LogSegment one in listed.Where(one => one.Number >= (checkpoint?.TailSegment ?? 0)))
        {
            if ((one.Number == newest?.Number ? newest : await LoadAsync(one, cancellation)) is not { } following)
            {
                continue;
            }

            end = segment is not null
                ? ReadSegment(
                    segment.Number, segment.Bytes.AsMemory(0, following.LengthOf(segment)), isLast: false, end, ReadTail)
                : following.FirstCommit <= tailCommit
                    ? end with { NextCommit = following.FirstCommit }
                    : throw new InvalidDataException(
                        $"Partition {partition}: the log begins with commit {following.FirstCommit} in segment "
                        + $"{following.Number}, where commit {tailCommit} is needed. "
                        + "Restore the missing segments from a backup.");
            segment = following;
        }

        return segment is null
            ? end
            : ReadSegment(segment.Number, segment.Bytes, isLast: true, end, ReadTail) with { Tail = CopyTail() };

        void ReadTail(long commit, ReadOnlySpan<byte> payload)
        {
            if (commit >= tailCommit)
            {
                reader(commit, payload);
            }
        }
    }

    /// <summary>
    /// Every segment begins with the checkpoint that was in force: the newest usable one is looked for from the end.
    /// </summary>
    private async Task<(CheckpointManifest? Checkpoint, LoadedSegment? Newest)> FindCheckpointAsync(
        IReadOnlyList<LogSegment> listed, Func<CheckpointManifest, Task<bool>> load, CancellationToken cancellation)
    {
        LoadedSegment? newest = null;
        CheckpointManifest? unusable = null;
        foreach (LogSegment one in listed.Reverse())
        {
            if (await LoadAsync(one, cancellation) is not { } segment)
            {
                continue;
            }

            newest ??= segment;
            if (segment.Checkpoint is null)
            {
                return (null, newest);
            }

            if (segment.Checkpoint.Number == unusable?.Number)
            {
                continue;
            }

            if (await load(segment.Checkpoint))
            {
                return (segment.Checkpoint, newest);
            }

            unusable = segment.Checkpoint;
        }

        return unusable is null
            ? (null, newest)
            : throw new InvalidDataException(
                $"Partition {partition}: no checkpoint can be read, and the log before checkpoint {unusable.Number} is gone. "
                + "Restore the container from a backup.");
    }

    /// <summary>
    /// Reads a segment; null for one without an opening: it was created, but its owner died before the first append was through,
    /// and nothing of it counts.
    /// </summary>
    private async Task<LoadedSegment?> LoadAsync(LogSegment segment, CancellationToken cancellation)
    {
        byte[] bytes = await Persistence.ReadAsync(
            0,
            (int)segment.Length,
            (offset, length) => storage.ReadAsync(segment.Number, offset, length, cancellation),
            time,
            cancellation);
        if (CommitFrame.IsNewer(bytes))
        {
            throw new NewerFormatException($"log segment {segment.Number} of partition {partition}, in another form");
        }

        return CommitFrame.TryRead(bytes, out long commit, out _, out int length) == FrameStatus.Whole
            ? LoadedSegment.Read(segment.Number, bytes, commit + 1, bytes.AsSpan(CommitFrame.HeaderBytes, length))
            : null;
    }

    private LogEnd ReadSegment(long segment, ReadOnlyMemory<byte> content, bool isLast, LogEnd end, CommitReader reader)
    {
        ReadOnlySpan<byte> bytes = content.Span;
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
                    $"Partition {partition}: log segment {segment} is damaged at byte {offset:N0} ({status}). "
                    + "Restore the blob from a backup; going on without these bytes would lose acknowledged work.");
            }

            ReadOnlySpan<byte> payload = bytes.Slice(offset + CommitFrame.HeaderBytes, length);
            bool isOpening = offset == 0;
            Keep(segment, offset, content.Slice(offset, CommitFrame.HeaderBytes + length));
            offset += CommitFrame.HeaderBytes + length;
            if (isOpening)
            {
                valid = offset;
                continue;
            }

            if (number != commit)
            {
                throw new InvalidDataException(
                    $"Partition {partition}: log segment {segment} holds commit {number} at byte {valid:N0}, "
                    + $"where commit {commit} belongs.");
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

    private void Keep(long segment, int position, ReadOnlyMemory<byte> frame)
    {
        _tail.Enqueue((segment, position, frame));
        for (_tailBytes += frame.Length; _tailBytes > MaximumTailBytes && _tail.Count > 1;)
        {
            _tailBytes -= _tail.Dequeue().Frame.Length;
        }
    }

    /// <summary>Block by block, as they were written; a copy, for it is kept while whole segments need not be.</summary>
    private UnsavedBlock[] CopyTail()
    {
        long now = time.GetTimestamp();
        return
        [
            .. from one in _tail
               select new UnsavedBlock(one.Segment, one.Position, one.Frame.ToArray()) { At = now, IsOwn = false },
        ];
    }

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: log segment {Segment} ends in an append that was cut short; "
        + "leaving out {Bytes} bytes from byte {Offset} on")]
    private partial void LogTailCut(int partition, long segment, long offset, long bytes);
}
