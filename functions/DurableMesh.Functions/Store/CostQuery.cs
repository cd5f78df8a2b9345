using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>Which costs are asked for.</summary>
/// <param name="By">What they are added up by.</param>
/// <param name="From">The first day, by UTC; null: from the beginning.</param>
/// <param name="To">The last day; null: to the end.</param>
/// <param name="Limit">The most rows of an answer.</param>
/// <param name="Cursor">The last row's cursor on the page before; null on the first page.</param>
public sealed record CostQuery(CostGrouping By, DateOnly? From, DateOnly? To, int Limit, string? Cursor)
{
    /// <summary>Whether a day is one of those asked for.</summary>
    public bool Covers(DateOnly day) => (From is null || day >= From) && (To is null || day <= To);
}
