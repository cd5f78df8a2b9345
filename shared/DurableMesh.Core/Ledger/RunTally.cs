using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Ledger;

/// <summary>Adds up runs: threads of the mesh, or runs of the pipeline before it. Not for two threads at once.</summary>
public sealed class RunTally
{
    private int _runs;
    private int _pass;
    private int _partial;
    private int _blocked;
    private int _answered;
    private int _firstPass;
    private int _passWithRounds;
    private long _rounds;
    private int _unmeasured;
    private Spend _spend = Spend.None;

    /// <summary>How many runs there are.</summary>
    public int Count => _runs;

    /// <summary>Adds a run.</summary>
    /// <param name="end">How it ended; null where nobody knows.</param>
    /// <param name="rounds">How many submissions it took; null where nobody knows.</param>
    /// <param name="spend">What was reported of its usage; null for nothing.</param>
    public void Add(EndState? end, int? rounds, Spend? spend)
    {
        _runs++;
        _pass += end == EndState.Pass ? 1 : 0;
        _partial += end == EndState.Partial ? 1 : 0;
        _blocked += end == EndState.Blocked ? 1 : 0;
        _answered += end == EndState.Answered ? 1 : 0;
        if (end == EndState.Pass && rounds is { } submissions)
        {
            _firstPass += submissions <= 1 ? 1 : 0;
            _passWithRounds++;
            _rounds += submissions;
        }

        _unmeasured += spend is null ? 1 : 0;
        _spend += spend ?? Spend.None;
    }

    /// <summary>Adds another's runs.</summary>
    /// <param name="other">The other.</param>
    public void Add(RunTally other)
    {
        _runs += other._runs;
        _pass += other._pass;
        _partial += other._partial;
        _blocked += other._blocked;
        _answered += other._answered;
        _firstPass += other._firstPass;
        _passWithRounds += other._passWithRounds;
        _rounds += other._rounds;
        _unmeasured += other._unmeasured;
        _spend += other._spend;
    }

    /// <summary>The sums.</summary>
    /// <param name="milliseconds">How long each run took whose time is known, ascending; empty for none.</param>
    public PairNumbers Numbers(IReadOnlyList<long> milliseconds) => new()
    {
        Runs = _runs,
        Pass = _pass,
        Partial = _partial,
        Blocked = _blocked,
        Answered = _answered,
        FirstPass = _firstPass,

        // A pass whose rounds nobody knows may have been one at once: then there is no rate.
        FirstPassRate = _runs == 0 || _pass > _passWithRounds ? null : decimal.Round((decimal)_firstPass / _runs, 4),
        RoundsToPass = _passWithRounds == 0 ? null : decimal.Round((decimal)_rounds / _passWithRounds, 2),
        MedianSeconds = Seconds(milliseconds, 0.5),
        P90Seconds = Seconds(milliseconds, 0.9),
        Tokens = TokenCounts.Of(_spend.Usage),
        CostUsd = _spend.Usage.CostUsd,
        Unpriced = _spend.Unpriced,
        Unmeasured = _unmeasured,
    };

    private static decimal? Seconds(IReadOnlyList<long> milliseconds, double share) =>
        milliseconds.Count == 0 ? null : Quantile.Of(milliseconds, share) / 1000m;
}
