using System.IO.Hashing;
using System.Runtime.InteropServices;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What is kept in memory of one thread for good: its newest state and where its transcript lies.</summary>
internal sealed class ThreadTrack
{
    /// <summary>
    /// So many answers since the last entry are remembered; whoever asks again after more of them is answered again.
    /// </summary>
    private const int RememberedAnswers = 256;

    private readonly Lock _gate = new();
    private readonly List<EntryPlace> _entries = [];
    private readonly List<MessageMark> _messages = [];
    private string _requestHash = "";
    private volatile StoredView? _view;
    private long _due = long.MaxValue;
    private long _near = long.MaxValue;
    private long _changedAt;
    private TimeSpan _ttl;
    private LogSpan? _notice;
    private ChainMark _head = ChainMark.Genesis;
    private List<string>? _answered;
    private readonly LogSpan _began;
    private LogSpan _last;

    /// <summary>A thread that begins.</summary>
    public ThreadTrack(LogSpan began, ThreadAccount account) => (_began, _last, Account) = (began, began, account);

    /// <summary>A thread that was written down.</summary>
    public ThreadTrack(SavedTrack saved, IEnumerable<SavedEntry> entries, StoredView view, ThreadAccount account)
        : this(saved.Began, account)
    {
        (_requestHash, _head, _last) = (saved.RequestHash, ChainMark.Of(saved.Head), saved.Last);
        (_due, _near, _changedAt, _ttl) = (saved.Due, saved.Near, saved.ChangedAt, saved.Ttl);
        (_notice, _answered, _view) = (saved.Notice, saved.Answered is { } answered ? [.. answered] : null, view);
        foreach (var (at, hash) in entries)
        {
            if (hash is { } known)
            {
                _messages.Add(new MessageMark(_entries.Count, known));
            }

            _entries.Add(at);
        }
    }

    /// <summary>Where the thread's first step lies: what threads are ordered by.</summary>
    public LogPosition Began => _began.Position;

    /// <summary>What the ledger counts of it.</summary>
    public ThreadAccount Account { get; }

    /// <summary>The position after its newest record.</summary>
    public LogPosition End
    {
        get
        {
            lock (_gate)
            {
                return _last.After;
            }
        }
    }

    /// <summary>Whether it had ended, and was not touched since, when its owner looked last.</summary>
    public bool MayLeave { get; set; }

    /// <summary>The state after the newest step.</summary>
    public StoredThread? Thread => _view is { } newest ? new StoredThread(newest.Value, _requestHash) : null;

    /// <summary>Whether there is a state to show.</summary>
    public bool IsShown => _view is not null;

    /// <summary>Whether it is over.</summary>
    public bool HasEnded => _view is not null && Volatile.Read(ref _due) == long.MaxValue;

    /// <summary>When its newest entry was made.</summary>
    public DateTimeOffset ChangedAt => new(Volatile.Read(ref _changedAt), TimeSpan.Zero);

    /// <summary>Whether it has not ended though its deadline was before an instant.</summary>
    public bool IsOverdue(DateTimeOffset instant) => Volatile.Read(ref _due) < instant.UtcTicks;

    /// <summary>Whether it is open and its time was nearly over at an instant, and nobody has noted it yet.</summary>
    public bool IsNearItsEnd(DateTimeOffset instant) => Volatile.Read(ref _near) <= instant.UtcTicks;

    /// <summary>How many entries its transcript has.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Whether a record that the log holds at a place counted, and has something to tell.</summary>
    public bool Holds(LogSpan at, RecordOutline record)
    {
        lock (_gate)
        {
            return record.Entries is [var first, ..]
                ? first.Ordinal < _entries.Count && _entries[first.Ordinal].Record == at
                : _notice == at;
        }
    }

    /// <summary>
    /// Takes in a step if it follows what is there: its chain goes on from the end of this one, and none of its requests was
    /// answered since. Depends on nothing but the log up to the step, so that every host decides alike.
    /// </summary>
    /// <returns>Whether the step counts.</returns>
    public bool TryAdd(LogSpan at, RecordOutline record)
    {
        lock (_gate)
        {
            if (!Follows(record))
            {
                return false;
            }

            for (var n = 0; n < record.Entries.Count; n++)
            {
                Add(new EntryPlace(at, n), record.Entries[n]);
            }

            (_head, _last, MayLeave) = (record.Head, at, false);
            Remember(record);
            if (record.Notice is not null)
            {
                _notice = at;
                Volatile.Write(ref _near, long.MaxValue);
            }

            return true;
        }
    }

    /// <summary>Shows the thread as it is after a step.</summary>
    public void Show(RecordOutline record)
    {
        _view = record.View;
        Volatile.Write(ref _due, record.Standing.State == ThreadPhase.Ended ? long.MaxValue : record.Deadline.UtcTicks);
        var isToBeNoted = record.Standing.State == ThreadPhase.Open && _notice is null && _ttl > TimeSpan.Zero;
        Volatile.Write(
            ref _near,
            isToBeNoted ? (record.Deadline - (_ttl * (double)(1 - ThreadEvents.NearShare))).UtcTicks : long.MaxValue);
    }

    /// <summary>The entries from an ordinal on, as they are written down.</summary>
    public IReadOnlyList<SavedEntry> SaveEntries(int from)
    {
        lock (_gate)
        {
            var hashes = _messages.AsEnumerable().Reverse().TakeWhile(mark => mark.Entry >= from)
                .ToDictionary(mark => mark.Entry, mark => mark.IdHash);
            return
            [
                .. Enumerable.Range(from, _entries.Count - from)
                    .Select(n => new SavedEntry(_entries[n], hashes.TryGetValue(n, out var hash) ? hash : null)),
            ];
        }
    }

    /// <summary>The thread as it is written down, without its state and its entries.</summary>
    public SavedTrack Save()
    {
        lock (_gate)
        {
            return new SavedTrack
            {
                Began = _began,
                RequestHash = _requestHash,
                Head = _head.ToString(),
                Last = _last,
                Due = _due,
                Near = _near,
                ChangedAt = _changedAt,
                Ttl = _ttl,
                Notice = _notice,
                Answered = _answered,
                Account = Account.Save(),
            };
        }
    }

    /// <summary>Whether a step would count.</summary>
    public bool IsFollowedBy(RecordOutline step)
    {
        lock (_gate)
        {
            return Follows(step);
        }
    }

    /// <summary>Whether the chain ends with a step, which is answered, so that writing it again would change nothing.</summary>
    public bool EndsWith(RecordOutline step)
    {
        lock (_gate)
        {
            return step.Head == _head
                && (step.Notice is null || _notice is not null)
                && step.Receipts.All(one => IsAnswered(one.RequestId));
        }
    }

    /// <summary>Whether the chain ends with a hash.</summary>
    public bool EndsWith(string hash)
    {
        lock (_gate)
        {
            return _head == ChainMark.Of(hash);
        }
    }

    /// <summary>Whether a request was answered since the entry before the last.</summary>
    public bool HasAnswered(string requestId)
    {
        lock (_gate)
        {
            return IsAnswered(requestId);
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

    private bool Follows(RecordOutline step) => step.Follows == _head
        && (step.Notice is null || _notice is null)
        && (step.Entries is not [var first, ..] || first.Ordinal == _entries.Count)
        && !step.Receipts.Any(one => IsAnswered(one.RequestId));

    private bool IsAnswered(string requestId) => _answered?.Contains(requestId) == true;

    private void Remember(RecordOutline record)
    {
        if (record.Entries.Count > 0)
        {
            _answered = null;
        }

        foreach (var receipt in record.Receipts)
        {
            _answered ??= [];
            if (_answered.Count == RememberedAnswers)
            {
                _answered.RemoveAt(0);
            }

            _answered.Add(receipt.RequestId);
        }
    }

    private void Add(EntryPlace place, EntryOutline entry)
    {
        _requestHash = entry.Opening?.RequestHash ?? _requestHash;
        _ttl = entry.Opening?.Ttl ?? _ttl;
        if (entry.Message is { } message)
        {
            _messages.Add(new MessageMark(_entries.Count, HashOf(message.MessageId)));
        }

        Volatile.Write(ref _changedAt, entry.At.UtcTicks);
        _entries.Add(place);
    }

    private static int HashOf(string messageId) =>
        (int)XxHash32.HashToUInt32(MemoryMarshal.AsBytes(messageId.AsSpan()));

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
