using DurableMesh.Core.Events;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary>
/// The newest events, backwards. The feed is read forwards only, so ever larger spans of time are read until one has enough; each
/// span is bounded, so that a filter that fits nothing costs no more than a page.
/// </summary>
internal sealed class RecentEvents(IEventFeed feed, IOptions<MeshOptions> options, TimeProvider time)
{
    private const int Growth = 6;
    private const int EventsAtOnce = 500;
    private const int MostReads = 24;

    private static readonly TimeSpan FirstSpan = TimeSpan.FromSeconds(1);

    // Logs of several hosts are not quite in the order of their clocks.
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    /// <summary>For how long events are kept.</summary>
    public TimeSpan Retention => options.Value.Events.Retention;

    /// <summary>The newest events before a place.</summary>
    /// <param name="filter">Which events.</param>
    /// <param name="before">What happened later is left out; null for none.</param>
    /// <param name="beforeEvent">This one, and those after it, are left out; null for none.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<RecentPage> ReadAsync(
        EventFilter filter, DateTimeOffset? before, string? beforeEvent, int limit, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (end, earliest) = (before < now ? before.Value : now, now - Retention);
        var (found, from) = (new List<MeshEvent>(), end);
        for (var span = FirstSpan; from > earliest; span *= Growth)
        {
            var start = end - span < earliest ? earliest : end - span;
            var (read, isWhole) = await ReadSpanAsync(
                filter with { NotBefore = start }, start, before, beforeEvent, limit + 1, cancellation);
            if (!isWhole)
            {
                // The shorter span was read to its end; of the first one, what was found must do, so that a reader gets on.
                return from == end
                    ? new RecentPage([.. read.TakeLast(limit)], MayHaveMore: true, LookedBackTo: start)
                    : new RecentPage(found, MayHaveMore: true, LookedBackTo: from);
            }

            (found, from) = (read, start);
            if (found.Count > limit)
            {
                return new RecentPage(found[^limit..], MayHaveMore: true, LookedBackTo: null);
            }
        }

        return new RecentPage(found, MayHaveMore: false, LookedBackTo: null);
    }

    /// <summary>The last events of a span, and whether all of it was read.</summary>
    private async Task<(List<MeshEvent> Events, bool IsWhole)> ReadSpanAsync(
        EventFilter filter,
        DateTimeOffset start,
        DateTimeOffset? before,
        string? beforeEvent,
        int most,
        CancellationToken cancellation)
    {
        var last = new Queue<MeshEvent>();
        var from = await feed.SinceAsync(start, cancellation);
        for (var reads = 0; reads < MostReads; reads++)
        {
            var page = await feed.ReadAsync(from, filter, EventsAtOnce, cancellation);
            foreach (var happened in page.Events.Select(one => one.Event))
            {
                if (happened.Id == beforeEvent || happened.Time > before + Disorder)
                {
                    return ([.. last], true);
                }

                if (!(happened.Time > before))
                {
                    last.Enqueue(happened);
                    if (last.Count > most)
                    {
                        last.Dequeue();
                    }
                }
            }

            if (page.IsLast)
            {
                return ([.. last], true);
            }

            from = page.Next;
        }

        return ([.. last], false);
    }
}

/// <summary>Some of the newest events.</summary>
/// <param name="Events">The events, the oldest first.</param>
/// <param name="MayHaveMore">Whether older ones may be kept.</param>
/// <param name="LookedBackTo">How far was looked, where that was not far enough for as many as were asked for.</param>
internal sealed record RecentPage(IReadOnlyList<MeshEvent> Events, bool MayHaveMore, DateTimeOffset? LookedBackTo);
