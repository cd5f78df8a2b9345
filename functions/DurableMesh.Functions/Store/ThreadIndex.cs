using System.Collections.Concurrent;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;

namespace DurableMesh.Functions.Store;

/// <summary>
/// The index over the shared log, in memory and rebuilt from it at the start: threads in the order in which they began, inboxes
/// in the order of the log, the newest records whole.
/// </summary>
internal sealed class ThreadIndex(RecordReader records, Changes changes, MeshLedger ledger, EventTail tail, Changes news)
    : ILogIndex<RecordOutline>
{
    private const int RememberedReceipts = 20_000;

    private readonly ConcurrentDictionary<string, ThreadTrack> _threads = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, InboxTrack> _inboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);
    private readonly RecentCache<string, Receipt> _receipts = new(RememberedReceipts);
    private readonly List<ThreadTrack> _inOrder = [];
    private readonly Lock _gate = new();

    /// <summary>Tells this store from every other: what its first thread began with. 0 as long as there is none.</summary>
    public ulong Store { get; private set; }

    public RecordOutline Read(ReadOnlyMemory<byte> line) => RecordOutline.Read(line);

    public void Ingest(LogSpan at, RecordOutline record)
    {
        var track = _threads.TryGetValue(record.ThreadId, out var known) ? known : Begin(at, record.ThreadId);
        record.Counts = track.TryAdd(at, record);
        if (!record.Counts)
        {
            tail.Add(at, default, slot: null);
            return;
        }

        if (record.Entries.Count > 0)
        {
            Store = Store == 0 ? record.Head.Digits : Store;
            ledger.Count(track.Account, record);
            records.Remember(at, record.Whole);
        }

        // Who has a receipt finds the step in the ledger; who sees that the thread has ended finds the receipts.
        foreach (var receipt in record.Receipts)
        {
            _receipts.Add(receipt.RequestId, receipt.Receipt, 1);
        }

        if (record.Entries.Count > 0)
        {
            track.Show(record);
            Deliver(at, record);
        }

        changes.Announce(record.ThreadId);
        Tell(at, record, track);
    }

    public ThreadTrack? Find(string threadId) => _threads.GetValueOrDefault(threadId);

    public DateTimeOffset? LastHeard(string agentId) => _heard.TryGetValue(agentId, out var at) ? at : null;

    public Receipt? FindReceipt(string requestId) => _receipts.TryGet(requestId, out var receipt) ? receipt : null;

    /// <summary>Threads that have not ended though their deadline was before an instant, in no order.</summary>
    public IReadOnlyList<string> Overdue(DateTimeOffset instant)
    {
        lock (_gate)
        {
            return [.. _inOrder.Where(track => track.IsOverdue(instant)).Select(track => track.Account.ThreadId)];
        }
    }

    /// <summary>Open threads whose time was nearly over at an instant, of which nobody has noted it yet.</summary>
    public IReadOnlyList<ThreadTrack> NearTheirEnd(DateTimeOffset instant)
    {
        lock (_gate)
        {
            return [.. _inOrder.Where(track => track.IsNearItsEnd(instant))];
        }
    }

    /// <summary>Where the next messages to an agent lie.</summary>
    /// <exception cref="UnknownPositionException">No message to the agent lies at <paramref name="after"/>.</exception>
    public EntryPlace[] Inbox(string agentId, LogPosition? after, int limit)
    {
        MustBeOurs(after);
        return _inboxes.TryGetValue(agentId, out var inbox) ? inbox.Read(after, limit)
            : after is null ? []
            : throw new UnknownPositionException();
    }

    /// <exception cref="UnknownPositionException">No thread began at <paramref name="before"/>.</exception>
    public ThreadList List(Func<ThreadView, bool> filter, int limit, LogPosition? before, bool onlyRunning = false)
    {
        MustBeOurs(before);
        var found = new List<ThreadView>();
        LogPosition? last = null;
        for (var n = CountBefore(before) - 1; n >= 0; n--)
        {
            ThreadTrack track;
            lock (_gate)
            {
                track = _inOrder[n];
            }

            // Its state is read from bytes, which takes a thousand times as long as to know that it has ended.
            if ((onlyRunning && track.HasEnded) || track.Thread is not { } thread || !filter(thread.View))
            {
                continue;
            }

            if (found.Count == limit)
            {
                return new ThreadList(found, last);
            }

            found.Add(thread.View);
            last = track.Began with { Store = Store };
        }

        return new ThreadList(found, null);
    }

    /// <summary>The threads that pass a filter, in no order.</summary>
    public IReadOnlyList<ThreadMark> Marks(Func<ThreadMark, bool> filter) =>
    [
        .. _threads
            .Where(one => one.Value.IsShown)
            .Select(one => new ThreadMark(
                one.Key,
                one.Value.Account.Initiator,
                one.Value.Account.Responder,
                one.Value.HasEnded,
                one.Value.ChangedAt))
            .Where(filter),
    ];

    private ThreadTrack Begin(LogSpan at, string threadId)
    {
        var track = new ThreadTrack(at, ledger.Open(threadId));
        _threads[threadId] = track;
        lock (_gate)
        {
            _inOrder.Add(track);
        }

        return track;
    }

    private void Tell(LogSpan at, RecordOutline record, ThreadTrack track)
    {
        DateTimeOffset? happened = record.Entries is [var first, ..] ? first.At : record.Notice?.At;
        tail.Add(at, happened ?? default, happened is null ? null : new ThreadSlot(at, track));
        if (happened is not null)
        {
            news.AnnounceEvent(record.ThreadId, track.Account.Initiator, track.Account.Responder);
        }
    }

    private void Deliver(LogSpan at, RecordOutline record)
    {
        for (var n = 0; n < record.Entries.Count; n++)
        {
            if (record.Entries[n].Message is not { } message)
            {
                continue;
            }

            _heard[message.From] = record.Entries[n].At;

            // Whom a message reaches, and why, says StoredMessage.Reaches.
            Deliver(message.To, at, n);
            if (message.IsBrief)
            {
                Deliver(message.From, at, n);
            }
        }
    }

    private void Deliver(string agentId, LogSpan at, int entry)
    {
        _inboxes.GetOrAdd(agentId, _ => new InboxTrack()).Add(new EntryPlace(at, entry));
        changes.Announce(agentId);
    }

    private int CountBefore(LogPosition? before)
    {
        lock (_gate)
        {
            if (before is not { } position)
            {
                return _inOrder.Count;
            }

            var (low, high) = (0, _inOrder.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _inOrder[middle].Began < position ? (middle + 1, high) : (low, middle);
            }

            return low < _inOrder.Count && _inOrder[low].Began.CompareTo(position) == 0
                ? low
                : throw new UnknownPositionException();
        }
    }

    private void MustBeOurs(LogPosition? position)
    {
        if (position is { Store: var store } && (store == 0 || store != Store))
        {
            throw new UnknownPositionException();
        }
    }
}
