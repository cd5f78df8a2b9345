using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>Which pairs' numbers are asked for.</summary>
/// <param name="Pattern">Only threads of this pattern; null for all.</param>
/// <param name="Since">Only threads that ended on this day of UTC or later; null for all.</param>
/// <param name="Week">Only threads that ended in the week of this Monday; null for all.</param>
/// <param name="Party">Only pairs of this agent; null for all.</param>
/// <param name="Limit">The most rows of an answer.</param>
/// <param name="Cursor">The last row's cursor on the page before; null on the first page.</param>
public sealed record PairQuery(
    Pattern? Pattern, DateOnly? Since, DateOnly? Week, string? Party, int Limit, string? Cursor)
{
    /// <summary>Whether a pair is one of those asked for.</summary>
    public bool Covers(PairKey pair) => (Pattern is null || pair.Pattern == Pattern)
        && (Party is null || pair.Initiator == Party || pair.Responder == Party);

    /// <summary>Whether any day of a week is one of those asked for.</summary>
    /// <param name="monday">The week's Monday.</param>
    public bool Covers(DateOnly monday) =>
        (Week is null || monday == Week) && (Since is null || monday.DayNumber + 6 >= Since.Value.DayNumber);
}
