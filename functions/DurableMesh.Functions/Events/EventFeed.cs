using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary><see cref="IEventFeed"/> over the logs of threads, tasks and agents' reach.</summary>
internal sealed class EventFeed(
    BlobThreadLog log,
    FoldedEventSource<TaskBoard, TaskChange> tasks,
    FoldedEventSource<AgentReach, ReachChange> reach,
    IOptions<MeshOptions> options,
    TimeProvider time) : IEventFeed
{
    private readonly IEventSource[] _sources = [new ThreadEventSource(log, log.Tail), tasks, reach];

    public async ValueTask<EventCursor> EndAsync(CancellationToken cancellation)
    {
        var ends = await Task.WhenAll(_sources.Select(source => source.RefreshAsync(cancellation).AsTask()));
        return CursorOf(ends);
    }

    public async ValueTask<EventCursor> SinceAsync(DateTimeOffset instant, CancellationToken cancellation)
    {
        await EndAsync(cancellation);
        var earliest = time.GetUtcNow() - options.Value.Events.Retention;
        return CursorOf([.. _sources.Select(source => source.At(instant < earliest ? earliest : instant))]);
    }

    public async ValueTask<EventPage> ReadAsync(
        EventCursor after, EventFilter filter, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        LogPosition[] from = [after.Threads, after.Tasks, after.Reach];
        await CheckAsync(after, from, cancellation);
        var pages = new SourcePage[_sources.Length];
        for (var n = 0; n < pages.Length; n++)
        {
            pages[n] = await _sources[n].ReadAsync(from[n], filter, limit, cancellation);
        }

        return Merge(pages, from, limit);
    }

    public Task NextChange(EventFilter filter) => log.NextEvent(
        filter.OnlyAgent ?? (filter.Threads.Count == 1 ? filter.Threads[0] : Changes.AnyEvent));

    /// <summary>Each log in its own order, and between logs the earlier first.</summary>
    private EventPage Merge(SourcePage[] pages, LogPosition[] from, int limit)
    {
        var taken = new int[pages.Length];
        var events = new List<FedEvent>();
        while (events.Count < limit && Earliest(pages, taken) is >= 0 and var source)
        {
            var (next, stored) = pages[source].Events[taken[source]++];
            from[source] = next;
            events.Add(new FedEvent(CursorOf(from), stored));
        }

        var isLast = true;
        for (var n = 0; n < pages.Length; n++)
        {
            var isWhole = taken[n] == pages[n].Events.Count;
            from[n] = isWhole ? pages[n].Next : from[n];
            isLast &= isWhole && pages[n].IsLast;
        }

        return new EventPage(events, CursorOf(from), isLast);
    }

    private static int Earliest(SourcePage[] pages, int[] taken)
    {
        var earliest = -1;
        for (var n = 0; n < pages.Length; n++)
        {
            if (taken[n] < pages[n].Events.Count && (earliest < 0 || TimeOf(n) < TimeOf(earliest)))
            {
                earliest = n;
            }
        }

        return earliest;

        DateTimeOffset TimeOf(int source) => pages[source].Events[taken[source]].Stored.Event.Time;
    }

    private async ValueTask CheckAsync(EventCursor after, LogPosition[] from, CancellationToken cancellation)
    {
        for (var n = 0; n < from.Length; n++)
        {
            // Another host may have given the cursor, which has read more.
            if (await _sources[n].EndAsync(cancellation) < from[n] && await _sources[n].RefreshAsync(cancellation) < from[n])
            {
                throw new UnknownPositionException();
            }
        }

        if (after.Store != log.Store && (after.Store != 0 || after.Threads != LogPosition.Beginning))
        {
            throw new UnknownPositionException();
        }

        var earliest = time.GetUtcNow() - options.Value.Events.Retention;
        for (var n = 0; n < from.Length; n++)
        {
            if (from[n] < _sources[n].At(earliest))
            {
                throw new EventsExpiredException();
            }
        }
    }

    private EventCursor CursorOf(LogPosition[] positions) => new(log.Store, positions[0], positions[1], positions[2]);
}
