namespace DurableMesh.Functions.Store;

/// <summary>Where the messages to one agent lie, over all threads, in the log's order.</summary>
internal sealed class InboxTrack
{
    // So many stay in memory: whoever waits for messages reads the newest.
    private const int Kept = 256;

    private readonly Lock _gate = new();
    private readonly List<EntryPlace> _places = [];
    private LogPosition _from = LogPosition.Beginning;

    /// <summary>An inbox of which the past has all up to a position.</summary>
    public InboxTrack(LogPosition from) => _from = from;

    public void Add(EntryPlace place)
    {
        lock (_gate)
        {
            _places.Add(place);
        }
    }

    /// <summary>Lets go of places that the past has, but for the newest.</summary>
    /// <param name="saved">How far the past goes.</param>
    public void LetGo(LogPosition saved)
    {
        lock (_gate)
        {
            var count = Math.Min(CountUpTo(saved), _places.Count - Kept);
            if (count > 0)
            {
                _from = _places[count].Cursor;
                _places.RemoveRange(0, count);
                _places.TrimExcess();
            }
        }
    }

    /// <summary>At most <paramref name="limit"/> places after a cursor, of those that are in memory.</summary>
    /// <returns>The places, and where those begin that are in memory: the past has what lies before.</returns>
    /// <exception cref="UnknownPositionException">No message of this inbox lies there.</exception>
    public (LogPosition From, EntryPlace[] Places) Read(LogPosition? after, int limit)
    {
        lock (_gate)
        {
            var first = after is { } position ? CountUpTo(position) : 0;
            if (after >= _from && (first == 0 || _places[first - 1].Cursor.CompareTo(after.Value) != 0))
            {
                throw new UnknownPositionException();
            }

            return (_from, [.. _places.Skip(first).Take(limit)]);
        }
    }

    private int CountUpTo(LogPosition position)
    {
        var (low, high) = (0, _places.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _places[middle].Cursor <= position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
