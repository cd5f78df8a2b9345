using System.Buffers.Binary;
using System.IO.Hashing;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Partitions;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>
/// Makes one checkpoint file in memory. A record is its CRC-32, the length of the state, the state, and a part of the history.
/// </summary>
internal sealed class CheckpointFileBuilder
{
    /// <summary>A file with so many bytes of records is finished, and the next one begun.</summary>
    public const int TargetBytes = 16 * 1024 * 1024;

    private readonly LogWriter _bytes = new(64 * 1024);
    private readonly LogWriter _state = new();
    private readonly List<ShelvedInstance> _instances = [];

    /// <summary>The instances that must be known as gone.</summary>
    public List<string> Purged { get; } = [];

    /// <summary>What was under way between instances; only a checkpoint's last file has it.</summary>
    public MailState? Mail { get; set; }

    /// <summary>How many bytes of records it holds.</summary>
    public int Length => _bytes.Length;

    /// <summary>The instances that were added, each with its newest record in this file.</summary>
    public IReadOnlyList<ShelvedInstance> Instances => _instances;

    /// <summary>
    /// Adds an instance as it is now. Of its history only the newest part is written where the parts before it lie in files that
    /// stay.
    /// </summary>
    /// <param name="instance">The instance.</param>
    /// <param name="stays">Whether a checkpoint file stays; one that is being cleared does not.</param>
    public ShelvedInstance Add(Instance instance, Func<long, bool> stays)
    {
        (Extent[] older, int from) = instance.Shelved is { } shelved
            && instance.ShelvedHistory > 0
            && shelved.Extents.All(extent => stays(extent.File))
            ? Keep([.. shelved.Extents], instance.ShelvedHistory, instance.History.Length)
            : ([], 0);
        InstanceState state = instance.State;
        _state.Clear();
        state.Write(_state);
        ReadOnlySpan<byte> history = instance.History[from..];
        var entry = new ShelvedInstance
        {
            Id = instance.Id,
            AsOf = instance.LastCommit,
            Exists = state.Exists,
            Status = state.Status,
            CreatedAt = state.CreatedAt,
            IsBusy = state.IsBusy,
            Timers = [.. TimersOf(state)],
            Older = older,
            Newest = Write(_state.Written.Span, history),
        };
        _instances.Add(entry);
        return entry;
    }

    /// <summary>Puts the index behind the records.</summary>
    /// <returns>The whole file, and what a manifest says of it once it has its number.</returns>
    public (ReadOnlyMemory<byte> Content, ManifestFile File) Finish()
    {
        int offset = _bytes.Length;
        new CheckpointIndex(Purged, _instances, Mail).Write(_bytes);
        ReadOnlyMemory<byte> content = _bytes.Written;
        ReadOnlySpan<byte> index = content.Span[offset..];
        return (content, new ManifestFile(0, offset, index.Length, Crc32.HashToUInt32(index)));
    }

    private Extent Write(ReadOnlySpan<byte> state, ReadOnlySpan<byte> history)
    {
        int offset = _bytes.Length;
        _bytes.Reserve(sizeof(uint));
        _bytes.Number(state.Length);
        _bytes.Raw(state);
        _bytes.Raw(history);
        Span<byte> record = _bytes.Written.Span[offset..];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32.HashToUInt32(record[sizeof(uint)..]));
        return new Extent(Extent.ThisFile, offset, record.Length, history.Length);
    }

    /// <summary>
    /// Which parts of a history stay where they are, and from where on it is written: a part that is less than twice as long as
    /// what comes behind it is written again together with that.
    /// </summary>
    private static (Extent[] Older, int From) Keep(Extent[] extents, int stored, int length)
    {
        int kept = extents.Length;
        int from = stored;
        while (kept > 0 && extents[kept - 1].History < 2L * (length - from))
        {
            from -= extents[--kept].History;
        }

        return (extents[..kept], from);
    }

    private static IEnumerable<ShelvedTimer> TimersOf(InstanceState state)
    {
        if (state.IsEnded)
        {
            yield break;
        }

        if (state.ScheduledStart is { } start)
        {
            yield return new ShelvedTimer(state.ExecutionId, DueTimer.Start, start);
        }

        foreach (TimerCreated timer in state.WaitingFor.OfType<TimerCreated>())
        {
            yield return new ShelvedTimer(state.ExecutionId, timer.Id, timer.FireAt);
        }
    }
}
