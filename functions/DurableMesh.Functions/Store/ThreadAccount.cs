using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What the <see cref="MeshLedger"/> counts of one thread, under its lock.</summary>
internal sealed class ThreadAccount(string threadId)
{
    private SavedDay[] _days = [];

    /// <summary>An account that was written down.</summary>
    public ThreadAccount(string threadId, int number, SavedAccount saved, ThreadStanding standing)
        : this(threadId)
    {
        (Number, Initiator, Responder, CostCapUsd) = (number, saved.Initiator, saved.Responder, saved.CostCapUsd);
        (_days, Reserved, Standing) = ([.. saved.Days], saved.Reserved, standing);
    }

    public string ThreadId => threadId;

    /// <summary>How many threads began before it; none as long as it is not counted.</summary>
    public int? Number { get; set; }

    public string Initiator { get; set; } = "";

    public string Responder { get; set; } = "";

    /// <summary>What the thread may cost, in US dollars.</summary>
    public decimal CostCapUsd { get; set; }

    /// <summary>What was settled in it, in US dollars.</summary>
    public decimal SettledUsd => _days.Sum(day => day.Spend.Usage.CostUsd);

    /// <summary>All that was spent in it; null where nobody reported anything.</summary>
    public Spend? Spent => SpentOn(_ => true);

    /// <summary>Where the thread is; null until its first step is counted.</summary>
    public ThreadStanding? Standing { get; set; }

    /// <summary>What the parties have reserved; null for nothing.</summary>
    public ReservedUsd? Reserved { get; set; }

    /// <summary>The account as it is written down.</summary>
    public SavedAccount Save() => new(Initiator, Responder, CostCapUsd, _days, Reserved);

    public void Add(DateOnly day, Spend spend)
    {
        if (_days is [.., var last] && last.Day == day)
        {
            _days[^1] = last with { Spend = last.Spend + spend };
        }
        else
        {
            _days = [.. _days, new SavedDay(day, spend)];
        }
    }

    /// <summary>What was spent on the days that are asked for; null where nothing was.</summary>
    public Spend? SpentOn(Func<DateOnly, bool> covers)
    {
        Spend? spent = null;
        foreach (var (day, spend) in _days)
        {
            if (covers(day))
            {
                spent = spent is null ? spend : spent + spend;
            }
        }

        return spent;
    }
}

/// <summary>Where a thread is, as far as it is counted.</summary>
internal readonly record struct ThreadStanding(ThreadPhase State, EndState? EndState, EndReason? Reason)
{
    public bool IsOpen => State == ThreadPhase.Open;
}
