using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What is kept in memory of one thread for good: its newest state and where its transcript lies.</summary>
internal sealed class ThreadTrack(LogSpan began, ThreadAccount account)
{
    private readonly Lock _gate = new();
    private readonly List<EntryPlace> _entries = [];
    private readonly List<MessageMark> _messages = [];
    private string _requestHash = "";
    private volatile StoredView? _view;
    private long _due = long.MaxValue;

    /// <summary>Where the thread's first step lies: what threads are ordered by.</summary>
    public LogPosition Began { get; } = new(began.Segment, began.Offset);

    /// <summary>What the ledger counts of it.</summary>
    public ThreadAccount Account => account;

    /// <summary>The state after the newest step.</summary>
    public StoredThread? Thread => _view is { } newest ? new StoredThread(newest.Value, _requestHash) : null;

    /// <summary>Whether it has not ended though its deadline was before an instant.</summary>
    public bool IsOverdue(DateTimeOffset instant) => Volatile.Read(ref _due) < instant.UtcTicks;

    /// <summary>Takes in the entries of a step that are not known yet, and answers them.</summary>
    public IReadOnlyList<EntryOutline> Add(LogSpan at, RecordOutline record)
    {
        List<EntryOutline> added = [];
        lock (_gate)
        {
            for (var n = 0; n < record.Entries.Count; n++)
            {
                if (record.Entries[n].Ordinal == _entries.Count)
                {
                    Add(new EntryPlace(at, n), record.Entries[n]);
                    added.Add(record.Entries[n]);
                }
            }
        }

        return added;
    }

    /// <summary>Shows the thread as it is after a step.</summary>
    public void Show(RecordOutline record)
    {
        _view = record.View;
        Volatile.Write(ref _due, record.Standing.State == ThreadPhase.Ended ? long.MaxValue : record.Deadline.UtcTicks);
    }

    /// <summary>Whether every entry of a step is known, so that writing them again would change nothing.</summary>
    public bool Knows(ThreadRecord record)
    {
        lock (_gate)
        {
            return record.Entries.All(entry => entry.Ordinal < _entries.Count);
        }
    }

    /// <summary>Where the whole transcript lies.</summary>
    public EntryPlace[] Transcript()
    {
        lock (_gate)
        {
            return [.. _entries];
        }
    }

    /// <summary>
    /// Where the messages with a sequence greater than <paramref name="after"/> lie, at most <paramref name="limit"/>.
    /// </summary>
    public EntryPlace[] Messages(int after, int limit)
    {
        lock (_gate)
        {
            return [.. _messages.Skip(after).Take(limit).Select(mark => _entries[mark.Entry])];
        }
    }

    /// <summary>Where messages lie that may carry the sender's id; a few too many, never one too few.</summary>
    public EntryPlace[] Candidates(string messageId)
    {
        var hash = HashOf(messageId);
        lock (_gate)
        {
            return [.. _messages.Where(mark => mark.IdHash == hash).Select(mark => _entries[mark.Entry])];
        }
    }

    private void Add(EntryPlace place, EntryOutline entry)
    {
        _requestHash = entry.Opening?.RequestHash ?? _requestHash;
        if (entry.Message is { } message)
        {
            _messages.Add(new MessageMark(_entries.Count, HashOf(message.MessageId)));
        }

        _entries.Add(place);
    }

    private static int HashOf(string messageId) => messageId.GetHashCode(StringComparison.Ordinal);

    /// <summary>A message without its text: an old one is read again from the log when its id seems to come back.</summary>
    private readonly record struct MessageMark(int Entry, int IdHash);
}

/// <summary>Where one entry of a transcript lies.</summary>
/// <param name="Record">The line.</param>
/// <param name="Index">Which entry of that record, from 0.</param>
internal readonly record struct EntryPlace(LogSpan Record, int Index)
{
    /// <summary>The place as others see it.</summary>
    public LogPosition Cursor => new(Record.Segment, Record.Offset, Index);
}
