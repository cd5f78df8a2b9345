using DurableMesh.Core.Changes;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// The events of a small state that all hosts share: the newest in memory, older ones by folding its log again. They are few.
/// </summary>
/// <param name="eventsOf">What a change comes to.</param>
/// <param name="news">Wakes whoever waits.</param>
/// <param name="retention">For how long events are kept.</param>
/// <param name="log">The log; asked for once it is needed, because it tells this of its changes.</param>
internal sealed class FoldedEventSource<TState, TChange>(
    Func<FoldStep<TState, TChange>, IReadOnlyList<MeshEvent>> eventsOf,
    Changes news,
    TimeSpan retention,
    Func<FoldedLog<TState, TChange>> log) : IEventSource, IFoldFollower<TState, TChange>
    where TState : class, IFolded<TState, TChange>
    where TChange : class
{
    private readonly EventTail _tail = new(retention);

    public void Took(FoldStep<TState, TChange> step)
    {
        var events = eventsOf(step);
        _tail.Add(step.At, step.Logged.At, events.Count == 0 ? null : new FoldedSlot(step.At, events));
        foreach (var happened in events)
        {
            news.AnnounceEvent(happened.ThreadId, [.. happened.Agents]);
        }
    }

    public async ValueTask<LogPosition> RefreshAsync(CancellationToken cancellation)
    {
        await log().RefreshAsync(cancellation);
        return _tail.End;
    }

    public async ValueTask<LogPosition> EndAsync(CancellationToken cancellation)
    {
        await log().WhenOpenAsync(cancellation);
        return _tail.End;
    }

    public LogPosition At(DateTimeOffset instant) => _tail.At(instant);

    public async ValueTask<SourcePage> ReadAsync(
        LogPosition from, EventFilter filter, int limit, CancellationToken cancellation)
    {
        var found = new List<(LogPosition Next, StoredEvent)>();
        if (!_tail.TryRead(from, int.MaxValue, out var slots, out var end))
        {
            end = _tail.End;
            await foreach (var step in log().ReplayAsync(end, cancellation))
            {
                if (step.At.Position >= from && !Take(step.At, eventsOf(step).Select(one => new StoredEvent(one))))
                {
                    break;
                }
            }
        }

        foreach (var slot in slots ?? [])
        {
            if (!Take(slot.At, slot.Events!))
            {
                break;
            }
        }

        return found.Count == limit
            ? new SourcePage(found, found[^1].Next, IsLast: false)
            : new SourcePage(found, end, IsLast: end >= _tail.End);

        bool Take(LogSpan at, IEnumerable<StoredEvent> events)
        {
            // A change has one event at most.
            found.AddRange(events.Where(one => filter.Matches(one.Event)).Select(one => (at.After, one)));
            return found.Count < limit;
        }
    }

    /// <summary>A change that has an event.</summary>
    private sealed class FoldedSlot : TailSlot
    {
        public FoldedSlot(LogSpan at, IReadOnlyList<MeshEvent> events)
            : base(at) => Events = [.. events.Select(one => new StoredEvent(one))];

        public override void Forget()
        {
        }
    }
}
