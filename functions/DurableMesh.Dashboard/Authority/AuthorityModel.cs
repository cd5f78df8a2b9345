using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Layout;

namespace DurableMesh.Dashboard.Authority;

/// <summary>What the page of the authority table shows.</summary>
/// <param name="Table">The table in force, or an earlier one.</param>
/// <param name="Current">The version in force.</param>
/// <param name="Page">Which page of its rows, the first one is 1.</param>
/// <param name="Changes">What this version changed; null for the empty table before the first.</param>
/// <param name="History">Versions, the newest first.</param>
/// <param name="HistoryPage">Which page of the versions, the first one is 1.</param>
/// <param name="Asked">The pair that is asked about.</param>
/// <param name="Now">The time.</param>
public sealed record AuthorityModel(
    AuthorityTable Table,
    int Current,
    int Page,
    AuthorityChanges? Changes,
    IReadOnlyList<AuthorityChanges> History,
    int HistoryPage,
    AskedPair Asked,
    DateTimeOffset Now)
{
    /// <summary>How many rows a page shows.</summary>
    public const int PageLength = 40;

    /// <summary>How many versions a page shows.</summary>
    public const int HistoryLength = 20;

    /// <summary>How many agents the form offers.</summary>
    public const int MostOffered = 100;

    /// <summary>Whether the table is the one in force.</summary>
    public bool IsInForce => Table.Version == Current;
}

/// <summary>A pair that is asked about, and what the table in force says of it.</summary>
/// <param name="Initiator">Who would start; null where nobody is named.</param>
/// <param name="Responder">With whom; null where nobody is named.</param>
/// <param name="Pattern">What for; null for all.</param>
/// <param name="Agents">Agents that the form offers.</param>
/// <param name="Answer">What the table says; null where not both are named, or one is not known.</param>
/// <param name="Problem">Why there is no answer; null where there is one, or nothing was asked.</param>
public sealed record AskedPair(
    string? Initiator,
    string? Responder,
    Pattern? Pattern,
    IReadOnlyList<string> Agents,
    AuthorityExplanations? Answer,
    string? Problem);

/// <summary>What a version of the table changed.</summary>
/// <param name="Table">The version.</param>
/// <param name="Added">Rows that the version before had not.</param>
/// <param name="Removed">Rows of the version before that it has not.</param>
/// <param name="Changed">Rows that say something else than before.</param>
public sealed record AuthorityChanges(
    AuthorityTable Table,
    IReadOnlyList<AuthorityRow> Added,
    IReadOnlyList<AuthorityRow> Removed,
    IReadOnlyList<ChangedRow> Changed)
{
    /// <summary>Compares a version with the one before.</summary>
    /// <param name="before">The version before.</param>
    /// <param name="after">The version.</param>
    public static AuthorityChanges Between(AuthorityTable before, AuthorityTable after)
    {
        var earlier = before.Rows.ToDictionary(row => row.Id, StringComparer.Ordinal);
        var later = after.Rows.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        return new AuthorityChanges(
            after,
            [.. after.Rows.Where(row => !earlier.ContainsKey(row.Id))],
            [.. before.Rows.Where(row => !later.Contains(row.Id))],
            [
                .. after.Rows.Where(row => earlier.TryGetValue(row.Id, out var old) && old != row)
                    .Select(row => new ChangedRow(earlier[row.Id], row)),
            ]);
    }

    /// <summary>For instance "2 added, 1 removed".</summary>
    public string Words
    {
        get
        {
            (int Count, string Word)[] counts = [(Added.Count, "added"), (Changed.Count, "changed"), (Removed.Count, "removed")];
            return string.Join(
                ", ",
                counts.Where(one => one.Count > 0).Select(one => $"{one.Count} {one.Word}").DefaultIfEmpty("nothing changed"));
        }
    }
}

/// <summary>A row that says something else than before.</summary>
/// <param name="Before">The row before.</param>
/// <param name="After">The row after.</param>
public sealed record ChangedRow(AuthorityRow Before, AuthorityRow After)
{
    /// <summary>What is different: what it is about, before and after.</summary>
    public IEnumerable<(string Name, string Before, string After)> Differences => All.Where(one => one.Before != one.After);

    private (string Name, string Before, string After)[] All =>
    [
        ("for", Formats.Words(Before.Pattern), Formats.Words(After.Pattern)),
        ("initiator", Before.Initiator.ToString(), After.Initiator.ToString()),
        ("responder", Before.Responder.ToString(), After.Responder.ToString()),
        ("status", Formats.Words(Before.Status), Formats.Words(After.Status)),
        ("since", Formats.Instant(Before.Since), Formats.Instant(After.Since)),
        ("why", Before.Why, After.Why),
    ];
}
