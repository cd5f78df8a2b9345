using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Overview;

/// <summary>What the overview shows.</summary>
/// <param name="Stats">The mesh in numbers.</param>
/// <param name="Held">Threads that wait for a person, newest first.</param>
/// <param name="Idle">Open threads that nobody is at work on.</param>
/// <param name="Working">Open threads that somebody is at work on.</param>
/// <param name="Ended">The newest that ended.</param>
/// <param name="Budgets">What companies spent today, beside their budgets.</param>
/// <param name="Rate">Messages that are accepted in a minute; null while nobody knows.</param>
public sealed record OverviewModel(
    MeshStats Stats,
    IReadOnlyList<ThreadView> Held,
    IReadOnlyList<ThreadView> Idle,
    IReadOnlyList<ThreadView> Working,
    IReadOnlyList<ThreadView> Ended,
    IReadOnlyList<DayBudget> Budgets,
    int? Rate);

/// <summary>What a company spent today.</summary>
/// <param name="Company">Its name.</param>
/// <param name="SpentUsd">US dollars.</param>
/// <param name="BudgetUsd">What it may spend; null for as much as it likes.</param>
public sealed record DayBudget(string Company, decimal SpentUsd, decimal? BudgetUsd);
