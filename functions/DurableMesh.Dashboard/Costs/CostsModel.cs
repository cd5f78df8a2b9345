using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Costs;

/// <summary>What the page of costs shows.</summary>
/// <param name="From">The first day that was asked for; null for the first there is.</param>
/// <param name="To">The last day; null for today.</param>
/// <param name="Today">The day it is, by UTC.</param>
/// <param name="Total">All that was spent on these days.</param>
/// <param name="Days">By day, the newest first.</param>
/// <param name="Companies">By company, the dearest first.</param>
/// <param name="Agents">By agent, the dearest first.</param>
/// <param name="Threads">By thread, the newest first.</param>
/// <param name="Names">The companies' names and the threads' subjects, by their ids.</param>
public sealed record CostsModel(
    DateOnly? From,
    DateOnly? To,
    DateOnly Today,
    Spend Total,
    CostsPage Days,
    CostsPage Companies,
    CostsPage Agents,
    CostsPage Threads,
    IReadOnlyDictionary<string, string> Names)
{
    /// <summary>How many days the chart has at most.</summary>
    public const int MostDays = 31;

    /// <summary>How many rows each table has at most.</summary>
    public const int MostRows = 25;
}
