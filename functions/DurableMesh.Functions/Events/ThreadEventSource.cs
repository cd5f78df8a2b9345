using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// The events of threads: of the newest records those that are in memory, of older ones by reading the log again. Only records
/// that count have any.
/// </summary>
internal sealed class ThreadEventSource(BlobThreadLog log, EventTail tail) : IEventSource, IDisposable
{
    // So much of the log is read for one page.
    private const int ScannedBytes = 4 * 1024 * 1024;
    private const int SlotsAtOnce = 1024;

    private readonly SemaphoreSlim _loading = new(1);

    public async ValueTask<LogPosition> RefreshAsync(CancellationToken cancellation)
    {
        await log.PingAsync(cancellation);
        return tail.End;
    }

    public async ValueTask<LogPosition> EndAsync(CancellationToken cancellation)
    {
        await log.WhenOpenAsync(cancellation);
        return tail.End;
    }

    public void Dispose() => _loading.Dispose();

    public LogPosition At(DateTimeOffset instant) => tail.At(instant);

    public ValueTask<SourcePage> ReadAsync(LogPosition from, EventFilter filter, int limit, CancellationToken cancellation) =>
        tail.TryRead(from, SlotsAtOnce, out var slots, out var end)
            ? ReadAsync(slots, from, end, filter, limit, cancellation)
            : ScanAsync(from, filter, limit, cancellation);

    private async ValueTask<SourcePage> ReadAsync(
        TailSlot[] slots, LogPosition from, LogPosition end, EventFilter filter, int limit, CancellationToken cancellation)
    {
        var wanted = slots.Cast<ThreadSlot>()
            .Where(slot => filter.MayMatch(slot.ThreadId, slot.Track.Account.Initiator, slot.Track.Account.Responder))
            .Take(limit)
            .ToList();
        var events = FindInMemory(wanted) ?? await LoadAsync(wanted, cancellation);
        var found = new List<(LogPosition Next, StoredEvent)>();
        for (var n = 0; n < wanted.Count; n++)
        {
            if (!Take(wanted[n].At, events[n], from, filter, limit, found))
            {
                return new SourcePage(found, found[^1].Next, IsLast: false);
            }
        }

        var next = wanted.Count == limit ? wanted[^1].At.After : end;
        return new SourcePage(found, next, IsLast: next >= tail.End);
    }

    /// <summary>Adds what is wanted of a record; false where that is enough.</summary>
    private static bool Take(
        LogSpan at,
        StoredEvent[] events,
        LogPosition from,
        EventFilter filter,
        int limit,
        List<(LogPosition Next, StoredEvent)> found)
    {
        for (var n = at.Position < from ? from.Index : 0; n < events.Length; n++)
        {
            if (!filter.Matches(events[n].Event))
            {
                continue;
            }

            found.Add((n == events.Length - 1 ? at.After : at.Position with { Index = n + 1 }, events[n]));
            if (found.Count == limit)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The events of records, as long as none must be read from the storage.</summary>
    private StoredEvent[][]? FindInMemory(List<ThreadSlot> slots)
    {
        var events = new StoredEvent[slots.Count][];
        for (var n = 0; n < events.Length; n++)
        {
            var slot = slots[n];
            if ((slot.Events ?? (log.FindRecord(slot.At) is { } record ? slot.Events = Derive(record) : null)) is not { } known)
            {
                return null;
            }

            events[n] = known;
        }

        return events;
    }

    /// <summary>The events of records, read in one go, and once for all listeners who wait.</summary>
    private async Task<StoredEvent[][]> LoadAsync(List<ThreadSlot> slots, CancellationToken cancellation)
    {
        await _loading.WaitAsync(cancellation);
        try
        {
            if (FindInMemory(slots) is { } loaded)
            {
                return loaded;
            }

            var records = await log.ReadRecordsAsync([.. slots.Select(slot => new EntryPlace(slot.At, 0))], cancellation);
            return [.. slots.Zip(records, (slot, record) => slot.Events ??= Derive(record))];
        }
        finally
        {
            _loading.Release();
        }
    }

    private static StoredEvent[] Derive(ThreadRecord record) =>
        [.. ThreadEvents.Of(record.View, record.Entries, record.Notice).Select(happened => new StoredEvent(happened))];

    /// <summary>Reads the log again, as whoever lags behind what is in memory must.</summary>
    internal async ValueTask<SourcePage> ScanAsync(
        LogPosition from, EventFilter filter, int limit, CancellationToken cancellation)
    {
        var found = new List<(LogPosition Next, StoredEvent)>();
        var (next, scanned, end) = (from, 0, tail.End);
        await foreach (var lines in log.ReadLinesAsync(from, end, cancellation))
        {
            foreach (var (at, line) in lines)
            {
                if (IsWanted(at, line, filter)
                    && !Take(at, Derive(Parse(line)), from, filter, limit, found))
                {
                    return new SourcePage(found, found[^1].Next, IsLast: false);
                }

                (next, scanned) = (at.After, scanned + at.Length);
            }

            if (scanned >= ScannedBytes)
            {
                return new SourcePage(found, next, IsLast: false);
            }
        }

        return new SourcePage(found, end, IsLast: end >= tail.End);
    }

    private bool IsWanted(LogSpan at, ReadOnlyMemory<byte> line, EventFilter filter)
    {
        try
        {
            var outline = RecordOutline.Read(line);
            return log.Track(outline.ThreadId) is { Account: var account } track
                && filter.MayMatch(outline.ThreadId, account.Initiator, account.Responder)
                && track.Holds(at, outline);
        }
        catch (JsonException)
        {
            // The position lies within a line: nobody was given it.
            throw new UnknownPositionException();
        }
    }

    private static ThreadRecord Parse(ReadOnlyMemory<byte> line) =>
        JsonSerializer.Deserialize(line.Span, AppJson.TypeInfo<ThreadRecord>())!;
}

/// <summary>A record of a thread that counts.</summary>
internal sealed class ThreadSlot(LogSpan at, ThreadTrack track) : TailSlot(at)
{
    /// <summary>The thread.</summary>
    public string ThreadId => track.Account.ThreadId;

    /// <summary>What is known of the thread.</summary>
    public ThreadTrack Track => track;
}
