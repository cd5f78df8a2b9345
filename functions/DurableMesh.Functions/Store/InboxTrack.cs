namespace DurableMesh.Functions.Store;

/// <summary>Where the messages to one agent lie, over all threads, in the log's order.</summary>
internal sealed class InboxTrack
{
    private readonly Lock _gate = new();
    private readonly List<EntryPlace> _places = [];

    public void Add(EntryPlace place)
    {
        lock (_gate)
        {
            _places.Add(place);
        }
    }

    /// <summary>At most <paramref name="limit"/> places after a cursor.</summary>
    /// <exception cref="UnknownPositionException">No message of this inbox lies there.</exception>
    public EntryPlace[] Read(LogPosition? after, int limit)
    {
        lock (_gate)
        {
            var first = after is { } position ? CountUpTo(position) : 0;
            if (after is not null && (first == 0 || _places[first - 1].Cursor.CompareTo(after.Value) != 0))
            {
                throw new UnknownPositionException();
            }

            return [.. _places.Skip(first).Take(limit)];
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
