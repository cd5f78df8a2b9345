namespace DurableMesh.Functions.Store;

/// <summary>
/// Where a log was at what time: a mark every few seconds, for as long as anybody may ask. Used under its owner's lock.
/// </summary>
/// <param name="retention">For how long somebody may ask.</param>
internal sealed class TimeMarks(TimeSpan retention)
{
    private const int PrunedAtOnce = 1024;
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(10);

    private readonly List<(DateTimeOffset At, LogPosition Position)> _marks = [];
    private DateTimeOffset _newest;

    /// <summary>Begins with marks that were written down.</summary>
    public void Begin(IEnumerable<(DateTimeOffset At, LogPosition Position)> marks)
    {
        _marks.AddRange(marks);
        _newest = _marks is [.., var last] ? last.At : _newest;
    }

    /// <summary>Notes that a record of a time lies at a position. Clocks may differ; here time only goes on.</summary>
    /// <returns>Whether it is a mark.</returns>
    public bool Add(DateTimeOffset at, LogPosition position)
    {
        if (at < _newest + Apart)
        {
            return false;
        }

        _newest = at;
        _marks.Add((at, position));

        // The newest mark from before the retention says where that begins.
        if (_marks.Count > PrunedAtOnce && _marks[PrunedAtOnce].At <= at - retention)
        {
            _marks.RemoveRange(0, PrunedAtOnce);
        }

        return true;
    }

    /// <summary>A position before which nothing lies that happened at or after an instant.</summary>
    public LogPosition At(DateTimeOffset instant)
    {
        var (low, high) = (0, _marks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _marks[middle].At <= instant ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? LogPosition.Beginning : _marks[low - 1].Position;
    }
}
