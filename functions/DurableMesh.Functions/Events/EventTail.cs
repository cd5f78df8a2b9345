using System.Diagnostics.CodeAnalysis;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>Where the newest records lie that have events, and what the events are once somebody has asked.</summary>
/// <param name="retention">For how long events are kept.</param>
internal sealed class EventTail(TimeSpan retention)
{
    // Whoever is further behind reads the log.
    private const int Slots = 8192;

    private readonly Lock _gate = new();
    private readonly TailSlot?[] _slots = new TailSlot?[Slots];
    private readonly TimeMarks _marks = new(retention);
    private LogPosition _from = LogPosition.Beginning;
    private LogPosition _end = LogPosition.Beginning;
    private long _count;
    private long _trimmed;

    /// <summary>The position after all that the log held when it was read last.</summary>
    public LogPosition End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    /// <summary>Begins after what is known already.</summary>
    public void Begin(LogPosition position, IEnumerable<(DateTimeOffset At, LogPosition Position)> marks)
    {
        lock (_gate)
        {
            _from = _end = position;
            _marks.Begin(marks);
        }
    }

    /// <summary>Takes in a record; <paramref name="slot"/> is null where it has no events.</summary>
    public void Add(LogSpan at, DateTimeOffset time, TailSlot? slot)
    {
        lock (_gate)
        {
            _end = at.After;
            if (slot is null)
            {
                return;
            }

            _marks.Add(time, at.Position);
            ref var place = ref _slots[_count++ % Slots];
            if (place is { } oldest)
            {
                _from = oldest.At.After;
            }

            place = slot;
        }
    }

    /// <summary>A position before which nothing lies that happened at or after an instant.</summary>
    public LogPosition At(DateTimeOffset instant)
    {
        lock (_gate)
        {
            return _marks.At(instant);
        }
    }

    /// <summary>The slots from a position on; false where they reach not so far back.</summary>
    public bool TryRead(LogPosition from, int limit, [NotNullWhen(true)] out TailSlot[]? slots, out LogPosition end)
    {
        lock (_gate)
        {
            (slots, end) = (null, _end);
            if (from < _from)
            {
                return false;
            }

            var (low, high) = (Math.Max(0, _count - Slots), _count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _slots[middle % Slots]!.At.After <= from ? (middle + 1, high) : (low, middle);
            }

            slots = new TailSlot[(int)Math.Min(limit, _count - low)];
            for (var n = 0; n < slots.Length; n++)
            {
                slots[n] = _slots[(low + n) % Slots]!;
            }

            end = low + slots.Length < _count ? slots[^1].At.After : _end;
            return true;
        }
    }

    /// <summary>Lets go of events that were there at the last trim; they are derived again where somebody asks.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            for (var n = Math.Max(0, _count - Slots); n < _trimmed; n++)
            {
                _slots[n % Slots]!.Forget();
            }

            _trimmed = _count;
        }
    }
}

/// <summary>A record that has events.</summary>
internal abstract class TailSlot(LogSpan at)
{
    private volatile StoredEvent[]? _events;

    /// <summary>Where it lies.</summary>
    public LogSpan At => at;

    /// <summary>The events, once they were derived.</summary>
    public StoredEvent[]? Events
    {
        get => _events;
        set => _events = value;
    }

    /// <summary>Lets go of the events where they can be derived again.</summary>
    public virtual void Forget() => _events = null;
}
