using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads the table <c>inbox</c>: which messages came for whom.</summary>
internal static class InboxTable
{
    /// <summary>Messages to an agent between two positions, in the log's order.</summary>
    /// <exception cref="UnknownPositionException">No message to the agent lies at <paramref name="after"/>.</exception>
    public static IReadOnlyList<EntryPlace> Read(
        SqliteConnection connection, string agentId, LogPosition? after, LogPosition before, int limit)
    {
        using var command = connection.Prepare(
            """
            SELECT segment, offset, length, entry FROM inbox
            WHERE party = (SELECT number FROM parties WHERE id = $1)
                AND (segment, offset, entry) >= ($2, $3, $4) AND (segment, offset, entry) < ($5, $6, $7)
            ORDER BY segment, offset, entry LIMIT $8
            """,
            8);
        var from = after ?? LogPosition.Beginning;
        var found = new List<EntryPlace>();
        using var row = command
            .Bind(agentId, from.Segment, from.Offset, from.Index, before.Segment, before.Offset, before.Index, limit + 1L)
            .ExecuteReader();
        while (row.Read())
        {
            found.Add(new EntryPlace(new LogSpan(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), row.GetInt32(3)));
        }

        if (after is null)
        {
            return [.. found.Take(limit)];
        }

        // The first one is the one that the caller had last.
        return found is [var known, ..] && known.Cursor.CompareTo(after.Value) == 0
            ? found[1..]
            : throw new UnknownPositionException();
    }
}
