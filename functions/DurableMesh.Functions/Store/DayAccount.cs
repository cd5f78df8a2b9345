using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What the <see cref="MeshLedger"/> counts of one day, under its lock.</summary>
internal sealed class DayAccount
{
    private readonly Dictionary<string, Spend> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _counted = new(StringComparer.Ordinal);

    /// <summary>What each agent spent.</summary>
    public IReadOnlyDictionary<string, Spend> Agents => _agents;

    /// <summary>
    /// What of it counts against the day's budgets, in US dollars (<see cref="Core.Money.DayBudget.Counted"/>).
    /// </summary>
    public IReadOnlyDictionary<string, decimal> Counted => _counted;

    /// <summary>The lowest <see cref="ThreadAccount.Number"/> of those that spent: nobody need look further back.</summary>
    public int FirstThread { get; private set; } = int.MaxValue;

    /// <summary>The highest one.</summary>
    public int LastThread { get; private set; } = -1;

    public void Add(string agent, int firstThread, int lastThread, Spend spend, decimal counted)
    {
        _counted[agent] = _counted.GetValueOrDefault(agent) + counted;
        _agents[agent] = _agents.TryGetValue(agent, out var before) ? before + spend : spend;
        (FirstThread, LastThread) = (Math.Min(FirstThread, firstThread), Math.Max(LastThread, lastThread));
    }
}
