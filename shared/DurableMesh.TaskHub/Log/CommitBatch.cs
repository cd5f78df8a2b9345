using DurableMesh.TaskHub.Checkpoints;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// All that happened in a partition since the commit before: the records that go out as one append, and the effects that may
/// leave only when that append is durable (answers to clients, activities, messages to other partitions).
/// </summary>
internal sealed class CommitBatch
{
    private readonly List<Action> _effects = [];
    private long _begun;

    /// <summary>An empty batch that will be commit <paramref name="number"/>.</summary>
    public CommitBatch(long number)
    {
        Number = number;
        Buffer.Reserve(CommitFrame.HeaderBytes);
        Records = new RecordWriter(Buffer);
    }

    /// <summary>Its place in the partition's history: consecutive, from 1.</summary>
    public long Number { get; }

    /// <summary>The records, behind room for the header of a frame.</summary>
    public LogWriter Buffer { get; } = new(4096);

    /// <summary>Adds records.</summary>
    public RecordWriter Records { get; }

    /// <summary>Whether it holds no record.</summary>
    public bool IsEmpty => Buffer.Length == CommitFrame.HeaderBytes;

    /// <summary>
    /// Whether anything waits for it to be durable; what nobody waits for may go out a moment later, with more.
    /// </summary>
    public bool IsAwaited { get; set; }

    /// <summary>How many bytes of requests it holds, as they are counted against what a partition takes in.</summary>
    public long PendingBytes { get; set; }

    /// <summary>The checkpoint that counts from this commit on: it begins a new segment, which says so.</summary>
    public CheckpointManifest? Checkpoint { get; set; }

    /// <summary>Looks whether it has its first record, and when.</summary>
    public void Note(TimeProvider time)
    {
        if (_begun == 0 && !IsEmpty)
        {
            _begun = time.GetTimestamp();
        }
    }

    /// <summary>For how long it has held a record; may be asked on any thread.</summary>
    public TimeSpan Age(TimeProvider time) =>
        Volatile.Read(ref _begun) is > 0 and var begun ? time.GetElapsedTime(begun) : TimeSpan.Zero;

    /// <summary>Lets <paramref name="effect"/> happen once the batch is durable.</summary>
    public void OnCommitted(Action effect)
    {
        _effects.Add(effect);
        IsAwaited = true;
    }

    /// <summary>Releases the effects.</summary>
    public void Release()
    {
        foreach (Action effect in _effects)
        {
            effect();
        }
    }
}
