using System.IO.Hashing;
using DurableMesh.Simulation.Machine;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Simulation.Invariants;

/// <summary>
/// Reads along what reaches the storage: checks who wrote it and whether the commits follow one another, and hands what they hold
/// to the <see cref="ReferenceHub"/>, which so always knows what is durable.
/// </summary>
internal sealed class LogAuditor(ReferenceHub hub, Violations violations, VirtualClock clock, Trace trace) : IStorageWitness
{
    private readonly Dictionary<int, InMemoryHubConnection> _owners = [];
    private readonly Dictionary<(int Partition, long Segment, long Position), byte[]> _blocks = [];
    private readonly Dictionary<int, (long Segment, long End)> _ends = [];
    private readonly Dictionary<int, Dictionary<long, long>> _wholeUntil = [];
    private readonly Dictionary<int, long> _commits = [];
    private readonly Dictionary<int, (long Segment, List<byte> Payload)> _parts = [];
    private readonly Dictionary<int, CheckpointManifest> _checkpoints = [];
    private readonly List<(long At, bool IsFile)> _recent = [];
    private readonly HashSet<int> _ending = [];

    /// <summary>Called when a new checkpoint of a host counts.</summary>
    public required Action<InMemoryHubConnection> CheckpointCounts { get; init; }

    /// <summary>The host that acquired a partition last.</summary>
    public InMemoryHubConnection? OwnerOf(int partition) => _owners.GetValueOrDefault(partition);

    /// <summary>
    /// How many of the last writes are younger than <paramref name="age"/> and known to their owners, who wrote or read them.
    /// </summary>
    public int WritesWithin(TimeSpan age) => _ending.Count > 0 ? 0 :
        _recent.AsEnumerable().Reverse().TakeWhile(write => clock.Now - write.At < age.Ticks).Count();

    /// <summary>The storage has forgotten so many writes.</summary>
    public void Forgot(int writes) => _recent.RemoveRange(_recent.Count - writes, writes);

    /// <summary>
    /// An ownership ends soon, if not yet: what was written in it, and is until the next one, nobody can write again until then.
    /// </summary>
    public void OwnershipEnds(int partition) => _ending.Add(partition);

    /// <summary>
    /// Whether the storage holds the newest block of each partition, and all of each segment that it still has or that the newest
    /// checkpoint needs.
    /// </summary>
    public bool IsWhole(InMemoryHubStorage storage) => _ends.All(end => storage.List(end.Key) is var segments
        && segments.Any(segment => segment.Number == end.Value.Segment && segment.Length >= end.Value.End)
        && segments.All(segment => segment.Length >= _wholeUntil[end.Key].GetValueOrDefault(segment.Number))
        && _wholeUntil[end.Key].Keys
            .Where(needed => needed >= (_checkpoints.GetValueOrDefault(end.Key)?.TailSegment ?? 0))
            .All(needed => segments.Any(segment => segment.Number == needed)));

    /// <summary>Whether the storage holds all files of the newest checkpoint of each partition.</summary>
    public bool HasCheckpoints(InMemoryHubStorage storage) => _checkpoints.All(newest =>
        newest.Value.Files.All(file => storage.ListCheckpointFiles(newest.Key).Any(stored => stored.Number == file.Number)));

    /// <inheritdoc/>
    public void Acquired(int partition, InMemoryHubConnection host)
    {
        _owners[partition] = host;
        _wholeUntil.TryAdd(partition, []);
        _ending.Remove(partition);

        // A new owner reads the log, but of a checkpoint no more than it needs.
        _recent.RemoveRange(0, _recent.FindLastIndex(write => write.IsFile) + 1);
        trace.Say($"partition {partition} is acquired by {hub.NameOf(host)}");
    }

    /// <inheritdoc/>
    public void WroteCheckpointFile(int partition, long file)
    {
        _recent.Add((clock.Now, IsFile: true));
        trace.Say($"partition {partition}: checkpoint file {file} is written");
    }

    /// <inheritdoc/>
    public void Appended(int partition, long segment, long position, ReadOnlyMemory<byte> block, InMemoryHubConnection host)
    {
        trace.Mix((partition << 24) + (segment << 16) + position);
        trace.Mix(Crc32.HashToUInt32(block.Span));
        _recent.Add((clock.Now, IsFile: false));
        violations.Unless(
            OwnerOf(partition) == host,
            "one writer a partition",
            $"{hub.NameOf(host)} appended to partition {partition} after another host had acquired it");

        FrameStatus status = CommitFrame.TryRead(block.Span, out long commit, out bool more, out _);
        if (_blocks.TryGetValue((partition, segment, position), out byte[]? before) && block.Span.SequenceEqual(before))
        {
            trace.Say($"partition {partition}: commit {commit} is written again to {segment}:{position}");
            return;
        }

        violations.Unless(
            before is null || CommitFrame.TryRead(before, out _, out _, out _) != FrameStatus.Whole,
            "what is durable stays as it is",
            $"partition {partition}: other bytes were written to {segment}:{position} than had been there before the "
            + "storage forgot them");
        _blocks[(partition, segment, position)] = block.ToArray();
        _ends[partition] = (segment, position + block.Length);
        if (status == FrameStatus.Whole)
        {
            _wholeUntil[partition][segment] = position + block.Length;
        }

        trace.Say(
            $"partition {partition}: {hub.NameOf(host)} wrote {block.Length} bytes ({status}, commit {commit}) "
            + $"to {segment}:{position}");

        // The first frame of a segment says what precedes it and belongs to no commit.
        if (status == FrameStatus.Whole && position > 0)
        {
            Gather(partition, segment, commit, more, block.Span[CommitFrame.HeaderBytes..]);
        }
        else if (status == FrameStatus.Whole)
        {
            ReadOpening(partition, block.Span[CommitFrame.HeaderBytes..], host);
        }
    }

    private void ReadOpening(int partition, ReadOnlySpan<byte> payload, InMemoryHubConnection host)
    {
        var records = new LogReader(payload);
        while (!records.AtEnd)
        {
            var record = new LogReader(records.Raw(records.Int()));
            var kind = (RecordKind)record.Byte();
            record.Byte();
            if (kind == RecordKind.CheckpointInForce && CheckpointManifest.Read(ref record) is var manifest)
            {
                // One whose files were lost is passed over by the next owner, whose next one may have the same number.
                bool isNew = manifest.Number != _checkpoints.GetValueOrDefault(partition)?.Number;
                _checkpoints[partition] = manifest;
                if (isNew)
                {
                    CheckpointCounts(host);
                }
            }
        }
    }

    /// <summary>Puts the frames of a commit together; frames of one that was begun in another segment do not count.</summary>
    private void Gather(int partition, long segment, long commit, bool more, ReadOnlySpan<byte> payload)
    {
        if (!_parts.TryGetValue(partition, out (long Segment, List<byte> Payload) parts) || parts.Segment != segment)
        {
            parts = (segment, []);
        }

        parts.Payload.AddRange(payload);
        if (more)
        {
            _parts[partition] = parts;
            return;
        }

        _parts.Remove(partition);
        long last = _commits.GetValueOrDefault(partition);
        violations.Unless(
            commit == last + 1, "commit numbers have no gaps", $"partition {partition}: commit {commit} follows commit {last}");
        _commits[partition] = commit;
        Apply(partition, [.. parts.Payload]);
    }

    private void Apply(int partition, ReadOnlySpan<byte> payload)
    {
        var records = new LogReader(payload);
        while (!records.AtEnd && violations.First is null)
        {
            var record = new LogReader(records.Raw(records.Int()));
            var kind = (RecordKind)record.Byte();
            record.Byte();
            switch (kind)
            {
                case RecordKind.InstanceEvents:
                    string id = record.RequiredText();
                    while (!record.AtEnd)
                    {
                        hub.Happened(partition, id, HistoryCodec.Read(ref record));
                    }

                    break;
                case RecordKind.InstancePurged:
                    hub.Purged(record.RequiredText());
                    break;
                case RecordKind.MessageSent:
                    hub.MessageSent(partition, record.Int(), record.Number());
                    break;
                case RecordKind.MessageReceived:
                    hub.MessageReceived(partition, record.Int(), record.Number());
                    break;
                case RecordKind.MessagesAcknowledged:
                    hub.MessagesAcknowledged(partition, record.Int(), record.Number());
                    break;
                case RecordKind.MessageHeld:
                    hub.MessageHeld(partition, record.Number());
                    break;
                case RecordKind.MessageReleased:
                    hub.MessageReleased(partition, record.Number());
                    break;
            }
        }
    }
}
