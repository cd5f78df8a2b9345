using System.Globalization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What an agent spent on a day.</summary>
internal readonly record struct SpentByAgent(DateOnly Day, string Agent, Spend Spend);

/// <summary>A page of sums.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Next">Its last row's cursor; null where nothing comes behind.</param>
internal sealed record CostPage(IReadOnlyList<CostRow> Rows, string? Next)
{
    /// <summary>Sums by whatever, the dearest first; null where the cursor is none.</summary>
    public static CostPage? DearestFirst(IEnumerable<SpentByAgent> spent, Func<SpentByAgent, string> key, CostQuery query) =>
        Of(
            Sum(spent, key)
                .OrderByDescending(row => row.Spend.Usage.CostUsd)
                .ThenBy(row => row.Key, StringComparer.Ordinal),
            query);

    /// <summary>Sums by day, the newest first; null where the cursor is none.</summary>
    public static CostPage? NewestFirst(IEnumerable<SpentByAgent> spent, CostQuery query) => Of(
        Sum(spent, one => one.Day.ToString("O", CultureInfo.InvariantCulture))
            .OrderByDescending(row => row.Key, StringComparer.Ordinal),
        query);

    private static IEnumerable<CostRow> Sum(IEnumerable<SpentByAgent> spent, Func<SpentByAgent, string> key) => spent
        .GroupBy(key, one => one.Spend, StringComparer.Ordinal)
        .Select(group => new CostRow(group.Key, group.Aggregate((sum, spend) => sum + spend)));

    private static CostPage? Of(IEnumerable<CostRow> sorted, CostQuery query)
    {
        var rows = sorted.ToList();
        var first = query.Cursor is null ? 0 : rows.FindIndex(row => row.Key == query.Cursor) + 1;
        if (query.Cursor is not null && first == 0)
        {
            return null;
        }

        var page = rows[first..Math.Min(first + query.Limit, rows.Count)];
        return new CostPage(page, first + page.Count < rows.Count ? page[^1].Key : null);
    }
}
