namespace DurableMesh.Functions.Store;

/// <summary>Where the messages to one agent lie, over all threads, in the log's order.</summary>
internal sealed class InboxTrack
{
    private readonly Lock gate = new();
    private readonly List<EntryPlace> places = [];

    public void Add(EntryPlace place)
    {
        lock (gate)
        {
            places.Add(place);
        }
    }

    /// <summary>At most <paramref name="limit"/> places after a cursor, each with the cursor that stands for it.</summary>
    public IReadOnlyList<(LogPosition Cursor, EntryPlace Place)> Read(LogPosition? after, int limit)
    {
        lock (gate)
        {
            var first = after is { } position ? CountUpTo(position) : 0;
            return [.. places.Skip(first).Take(limit).Select(place => (CursorOf(place), place))];
        }
    }

    private int CountUpTo(LogPosition position)
    {
        var (low, high) = (0, places.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = CursorOf(places[middle]) <= position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static LogPosition CursorOf(EntryPlace place) => new(place.Record.Segment, place.Record.Offset, place.Index);
}
