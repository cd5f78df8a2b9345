using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What the <see cref="MeshLedger"/> counts of one thread, under its lock.</summary>
internal sealed class ThreadAccount(string threadId, int number)
{
    private (DateOnly Day, Spend Spend)[] _days = [];

    public string ThreadId => threadId;

    /// <summary>How many threads began before it.</summary>
    public int Number => number;

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

    public void Add(DateOnly day, Spend spend)
    {
        if (_days is [.., var last] && last.Day == day)
        {
            _days[^1].Spend = last.Spend + spend;
        }
        else
        {
            _days = [.. _days, (day, spend)];
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
