using System.Text;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What the <see cref="MeshLedger"/> counts of ended threads by pair, pattern and week, under its lock.</summary>
internal sealed class PairAccounts
{
    private readonly Dictionary<(PairKey Pair, DateOnly Monday), PairWeek> _weeks = [];

    /// <summary>Counts a thread that has ended.</summary>
    public void Add(string initiator, string responder, ThreadStanding standing, EndOutline end, Spend? spent)
    {
        var day = DateOnly.FromDateTime(end.EndedAt.UtcDateTime);
        var monday = IsoWeek.MondayOf(day);
        var week = WeekOf((new PairKey(initiator, responder, end.Pattern), monday));
        week.Add(day.DayNumber - monday.DayNumber, standing, end, spent);
    }

    /// <summary>Adds another's threads.</summary>
    public void Add(PairAccounts other)
    {
        foreach (var (key, week) in other._weeks)
        {
            WeekOf(key).Add(week);
        }
    }

    /// <summary>A page of rows; null where the cursor is none.</summary>
    public PairStats? Page(PairQuery query, IReadOnlyDictionary<PairKey, BaselineRow> baseline)
    {
        var found = _weeks
            .Where(row => query.Covers(row.Key.Pair) && query.Covers(row.Key.Monday))
            .Select(row => (row.Key, Week: row.Value, Sums: row.Value.Since(FirstDay(query, row.Key.Monday))))
            .Where(row => row.Sums.Any)
            .OrderByDescending(row => row.Key.Monday)
            .ThenBy(row => row.Key.Pair.Initiator, StringComparer.Ordinal)
            .ThenBy(row => row.Key.Pair.Responder, StringComparer.Ordinal)
            .ThenBy(row => row.Key.Pair.Pattern)
            .ToList();
        var first = query.Cursor is null ? 0 : found.FindIndex(row => CursorOf(row.Key) == query.Cursor) + 1;
        if (query.Cursor is not null && first == 0)
        {
            return null;
        }

        var page = found[first..Math.Min(first + query.Limit, found.Count)];
        var total = new PairSums();
        foreach (var row in found)
        {
            total.Add(row.Sums);
        }

        return new PairStats(
            [.. page.Select(row => RowOf(row.Key, row.Sums, row.Week.Milliseconds(FirstDay(query, row.Key.Monday)), baseline))],
            total.Ran.Numbers([]),
            total.Plumbing,
            total.TurnedAway,
            [.. baseline.Values.Where(row => query.Covers(KeyOf(row)))
                .OrderBy(row => row.Initiator, StringComparer.Ordinal)
                .ThenBy(row => row.Responder, StringComparer.Ordinal)
                .ThenBy(row => row.Pattern)],
            first + page.Count < found.Count ? CursorOf(page[^1].Key) : null);
    }

    private PairWeek WeekOf((PairKey Pair, DateOnly Monday) key) =>
        _weeks.TryGetValue(key, out var week) ? week : _weeks[key] = new PairWeek();

    private static PairRow RowOf(
        (PairKey Pair, DateOnly Monday) key,
        PairSums sums,
        IReadOnlyList<long> milliseconds,
        IReadOnlyDictionary<PairKey, BaselineRow> baseline)
    {
        var (numbers, before) = (sums.Ran.Numbers(milliseconds), baseline.GetValueOrDefault(key.Pair)?.Numbers);
        return new PairRow
        {
            Initiator = key.Pair.Initiator,
            Responder = key.Pair.Responder!,
            Pattern = key.Pair.Pattern,
            Week = IsoWeek.Format(key.Monday),
            Numbers = numbers,
            Plumbing = sums.Plumbing,
            TurnedAway = sums.TurnedAway,
            Baseline = before,
            Saving = before is null ? null : PairSaving.Of(numbers, before),
        };
    }

    private static int FirstDay(PairQuery query, DateOnly monday) =>
        query.Since is { } since ? Math.Max(since.DayNumber - monday.DayNumber, 0) : 0;

    private static PairKey KeyOf(BaselineRow row) => new(row.Initiator, row.Responder, row.Pattern);

    private static string CursorOf((PairKey Pair, DateOnly Monday) key) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(
        $"{IsoWeek.Format(key.Monday)}/{(int)key.Pair.Pattern}/{key.Pair.Initiator}/{key.Pair.Responder}"));
}

/// <summary>Threads that have ended, added up.</summary>
internal sealed class PairSums
{
    /// <summary>Those that ran, other than <see cref="Plumbing"/>.</summary>
    public RunTally Ran { get; } = new();

    /// <summary>Those that only the mesh's own wiring answered.</summary>
    public int Plumbing { get; set; }

    /// <summary>Those that never opened.</summary>
    public int TurnedAway { get; set; }

    /// <summary>Whether there are any.</summary>
    public bool Any => Ran.Count + Plumbing + TurnedAway > 0;

    public void Add(PairSums other)
    {
        Ran.Add(other.Ran);
        Plumbing += other.Plumbing;
        TurnedAway += other.TurnedAway;
    }
}

/// <summary>One pair's threads of one pattern that ended in one week, by day.</summary>
internal sealed class PairWeek
{
    private const int Days = 7;

    private readonly PairSums?[] _days = new PairSums?[Days];

    // How long each took, with the day in the lowest bits; sorted once somebody asks.
    private readonly List<long> _times = [];
    private bool _isSorted = true;

    public void Add(int day, ThreadStanding standing, EndOutline end, Spend? spent)
    {
        var sums = _days[day] ??= new PairSums();
        switch (standing.Reason)
        {
            case EndReason.PlumbingOnly:
                sums.Plumbing++;
                break;
            case EndReason.GateDenied or EndReason.GateExpired or EndReason.NotAuthorized or EndReason.TrustDenied:
                sums.TurnedAway++;
                break;
            default:
                sums.Ran.Add(standing.EndState, end.Rounds, spent);
                var took = Math.Max((long)(end.EndedAt - end.CreatedAt).TotalMilliseconds, 0);
                var time = (took << 3) | (uint)day;
                _isSorted &= _times.Count == 0 || _times[^1] <= time;
                _times.Add(time);
                break;
        }
    }

    /// <summary>Adds another's threads.</summary>
    public void Add(PairWeek other)
    {
        for (var day = 0; day < Days; day++)
        {
            if (other._days[day] is { } sums)
            {
                (_days[day] ??= new PairSums()).Add(sums);
            }
        }

        _times.AddRange(other._times);
        _isSorted = false;
    }

    /// <summary>The sums from one of its days on, 0 to 6; of more than one day a new one.</summary>
    public PairSums Since(int first)
    {
        var days = _days[Math.Min(first, Days)..].OfType<PairSums>().ToList();
        if (days is [var only])
        {
            return only;
        }

        var sum = new PairSums();
        foreach (var day in days)
        {
            sum.Add(day);
        }

        return sum;
    }

    /// <summary>How long each took that ended on one of its days or later, ascending.</summary>
    public IReadOnlyList<long> Milliseconds(int first)
    {
        if (!_isSorted)
        {
            _times.Sort();
            _isSorted = true;
        }

        return [.. _times.Where(time => (time & 7) >= first).Select(time => time >> 3)];
    }
}
