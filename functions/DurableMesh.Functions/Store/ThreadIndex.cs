using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;

namespace DurableMesh.Functions.Store;

/// <summary>
/// The index over the shared log: threads in the order in which they began, inboxes in the order of the log, the newest records
/// whole. In memory are the threads that may still change; where there is a past, those that have ended leave for it.
/// </summary>
internal sealed class ThreadIndex(
    RecordReader records, Changes changes, MeshLedger ledger, EventTail tail, Changes news, IPast past)
    : ILogIndex<RecordOutline>
{
    private const int RememberedReceipts = 20_000;
    private const int LeavingAtOnce = 10_000;

    private readonly ConcurrentDictionary<string, ThreadTrack> _threads = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, InboxTrack> _inboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);
    private readonly RecentCache<string, Receipt> _receipts = new(RememberedReceipts);
    private readonly List<ThreadTrack> _inOrder = [];
    private readonly Lock _gate = new();

    // Held by whoever changes which threads are in memory.
    private readonly Lock _changing = new();

    // What lies before it may be in the past alone; null where all is in memory.
    private volatile Left? _left;
    private LogPosition _began = LogPosition.Beginning;

    /// <summary>Tells this store from every other: what its first thread began with. 0 as long as there is none.</summary>
    public ulong Store { get; private set; }

    private bool HasLeft => _left is not null;

    public async ValueTask<LogPosition> BeginAsync(LogEnd log, CancellationToken cancellation)
    {
        if (await past.OpenAsync(log, cancellation) is not { } known)
        {
            return LogPosition.Beginning;
        }

        Store = known.Store;
        (_began, _left) = (known.Position, new Left(known.Position));
        tail.Begin(known.Position, known.Marks);
        ledger.Begin(known.Sums, known.Running.Select(track => track.Account));
        foreach (var track in known.Running)
        {
            _threads[track.Account.ThreadId] = track;
        }

        foreach (var (agentId, at) in known.Heard)
        {
            _heard[agentId] = at;
        }

        lock (_gate)
        {
            _inOrder.AddRange(known.Running);
        }

        return known.Position;
    }

    public RecordOutline Read(ReadOnlyMemory<byte> line) => RecordOutline.Read(line);

    public void Ingest(LogSpan at, RecordOutline record)
    {
        lock (_changing)
        {
            if (_threads.TryGetValue(record.ThreadId, out var track) || TryRecall(at, record, out track))
            {
                Ingest(at, record, track);
            }
            else
            {
                tail.Add(at, default, slot: null);
            }
        }
    }

    private void Ingest(LogSpan at, RecordOutline record, ThreadTrack track)
    {
        record.Counts = track.TryAdd(at, record);
        if (!record.Counts)
        {
            tail.Add(at, default, slot: null);
            return;
        }

        records.Remember(at, record.Whole);
        if (record.Entries.Count > 0)
        {
            Store = Store == 0 ? record.Head.Digits : Store;
            ledger.Count(track.Account, record);
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

    /// <summary>What is known of a thread; null for nothing.</summary>
    /// <exception cref="StoreUnavailableException">It may be in the past, which cannot be read now.</exception>
    public ThreadTrack? Find(string threadId) =>
        _threads.TryGetValue(threadId, out var track) ? track : FindLeft(threadId);

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
    /// <exception cref="StoreUnavailableException">The past cannot be read now.</exception>
    public EntryPlace[] Inbox(string agentId, LogPosition? after, int limit)
    {
        MustBeOurs(after);
        if (after is null && !_inboxes.ContainsKey(agentId) && !HasLeft)
        {
            return [];
        }

        var (from, places) = InboxOf(agentId).Read(after, limit);
        return after >= from || from == LogPosition.Beginning
            ? places
            : [.. ReadPast().Inbox(agentId, after, from, limit).Concat(places).Take(limit)];
    }

    /// <exception cref="UnknownPositionException">No thread began at <paramref name="before"/>.</exception>
    public ThreadList List(Func<ThreadView, bool> filter, int limit, LogPosition? before, bool onlyRunning = false)
    {
        MustBeOurs(before);
        var inMemory = InMemoryBefore(before);

        // Its state is read from bytes, which takes a thousand times as long as to know that it has ended.
        var threads = inMemory
            .Where(track => !(onlyRunning && track.HasEnded) && track.IsShown)
            .Select(track => (track.Began, track.Thread!.View));
        if (!onlyRunning && HasLeft)
        {
            var ids = inMemory.Select(track => track.Account.ThreadId).ToHashSet(StringComparer.Ordinal);
            var ended = ReadPast().EndedBefore(before).Where(one => !ids.Contains(one.View.ThreadId));
            threads = Descending.Merge(threads, ended, one => one.Began);
        }

        var found = new List<ThreadView>();
        LogPosition? last = null;
        foreach (var (began, view) in threads.Where(one => filter(one.View)))
        {
            if (found.Count == limit)
            {
                return new ThreadList(found, last);
            }

            found.Add(view);
            last = began with { Store = Store };
        }

        return new ThreadList(found, null);
    }

    /// <summary>The threads that pass a filter, in no order.</summary>
    /// <exception cref="StoreUnavailableException">The past cannot be read now.</exception>
    public IReadOnlyList<ThreadMark> Marks(Func<ThreadMark, bool> filter)
    {
        var inMemory = _threads.ToArray();
        var marks = inMemory
            .Where(one => one.Value.IsShown)
            .Select(one => new ThreadMark(
                one.Key,
                one.Value.Account.Initiator,
                one.Value.Account.Responder,
                one.Value.HasEnded,
                one.Value.ChangedAt));
        if (HasLeft)
        {
            var ids = inMemory.Select(one => one.Key).ToHashSet(StringComparer.Ordinal);
            marks = marks.Concat(ReadPast().EndedMarks().Where(mark => !ids.Contains(mark.ThreadId)));
        }

        return [.. marks.Where(filter)];
    }

    /// <summary>
    /// Lets go of what the past has: threads that had ended when this was called last, and messages to agents that are not the
    /// newest.
    /// </summary>
    public void LetGo()
    {
        var saved = past.Position;
        if (saved < (_left?.Position ?? LogPosition.Beginning))
        {
            return;
        }

        var leaving = new List<ThreadTrack>();
        lock (_gate)
        {
            foreach (var track in _inOrder.Where(track => track.HasEnded && track.End <= saved))
            {
                if (track.MayLeave)
                {
                    leaving.Add(track);
                }

                track.MayLeave = true;
            }
        }

        // Steps wait for each portion.
        foreach (var some in leaving.Chunk(LeavingAtOnce))
        {
            LetGo(some, saved);
        }
    }

    private void LetGo(IEnumerable<ThreadTrack> tracks, LogPosition saved)
    {
        lock (_changing)
        {
            // Whoever misses one of them from now on looks for it in the past.
            _left = new Left(saved);
            var leaving = tracks.Where(track => track.MayLeave).ToHashSet();
            lock (_gate)
            {
                _inOrder.RemoveAll(leaving.Contains);
            }

            foreach (var track in leaving)
            {
                _threads.TryRemove(track.Account.ThreadId, out _);
                ledger.LetGo(track.Account);
            }

            foreach (var inbox in _inboxes.Values)
            {
                inbox.LetGo(saved);
            }
        }
    }

    private IPast ReadPast() => past.Position >= _left?.Position
        ? past
        : throw new StoreUnavailableException(
            "The tables of older threads are read from the store again; ask again in a moment.");

    private ThreadTrack? FindLeft(string threadId) => HasLeft ? ReadPast().Find(threadId) : null;

    /// <summary>Takes a thread back of which there is news, or begins it.</summary>
    /// <returns>False for news of a thread that has left, while the past cannot be read: nobody waits for them.</returns>
    private bool TryRecall(LogSpan at, RecordOutline record, [NotNullWhen(true)] out ThreadTrack? track)
    {
        track = null;
        try
        {
            track = FindLeft(record.ThreadId);
        }
        catch (StoreUnavailableException) when (record.Follows != ChainMark.Genesis)
        {
            return false;
        }
        catch (StoreUnavailableException)
        {
            // It begins.
        }

        if (track is null)
        {
            track = Begin(at, record.ThreadId);
            return true;
        }

        _threads[record.ThreadId] = track;
        ledger.Recall(track.Account);
        lock (_gate)
        {
            _inOrder.Insert(CountUpTo(track.Began), track);
        }

        return true;
    }

    private ThreadTrack Begin(LogSpan at, string threadId)
    {
        var track = new ThreadTrack(at, new ThreadAccount(threadId));
        _threads[threadId] = track;
        lock (_gate)
        {
            _inOrder.Add(track);
        }

        return track;
    }

    private void Tell(LogSpan at, RecordOutline record, ThreadTrack track)
    {
        tail.Add(at, record.HappenedAt ?? default, new ThreadSlot(at, track));
        if (record.HappenedAt is not null)
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
            if (message.IsBrief && message.From != message.To)
            {
                Deliver(message.From, at, n);
            }
        }
    }

    private void Deliver(string agentId, LogSpan at, int entry)
    {
        InboxOf(agentId).Add(new EntryPlace(at, entry));
        changes.Announce(agentId);
    }

    private InboxTrack InboxOf(string agentId) => _inboxes.GetOrAdd(agentId, _ => new InboxTrack(_began));

    /// <summary>The threads in memory that began before a position, the newest first.</summary>
    private List<ThreadTrack> InMemoryBefore(LogPosition? before)
    {
        List<ThreadTrack> found;
        bool isKnown;
        lock (_gate)
        {
            var count = before is { } position ? CountUpTo(position) : _inOrder.Count;
            isKnown = before is null || (count < _inOrder.Count && _inOrder[count].Began.CompareTo(before.Value) == 0);
            found = _inOrder.GetRange(0, count);
        }

        found.Reverse();

        return isKnown || (HasLeft && ReadPast().Began(before!.Value)) ? found : throw new UnknownPositionException();
    }

    private int CountUpTo(LogPosition began)
    {
        var (low, high) = (0, _inOrder.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _inOrder[middle].Began < began ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void MustBeOurs(LogPosition? position)
    {
        if (position is { Store: var store } && (store == 0 || store != Store))
        {
            throw new UnknownPositionException();
        }
    }

    /// <summary>The position up to which threads may have left.</summary>
    private sealed record Left(LogPosition Position);
}
