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
        using var moment = connection.BeginTransaction(deferred: true);
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT segment, offset, length, entry FROM inbox
            WHERE party = (SELECT number FROM parties WHERE id = $agent)
                AND (segment, offset, entry) >= ($segment, $offset, $entry)
                AND (segment, offset, entry) < ($toSegment, $toOffset, $toEntry)
            ORDER BY segment, offset, entry LIMIT $limit
            """;
        var from = after ?? LogPosition.Beginning;
        command.Parameters.AddWithValue("$agent", agentId);
        command.Parameters.AddWithValue("$segment", from.Segment);
        command.Parameters.AddWithValue("$offset", from.Offset);
        command.Parameters.AddWithValue("$entry", from.Index);
        command.Parameters.AddWithValue("$toSegment", before.Segment);
        command.Parameters.AddWithValue("$toOffset", before.Offset);
        command.Parameters.AddWithValue("$toEntry", before.Index);
        command.Parameters.AddWithValue("$limit", (long)limit + 1);
        var found = new List<EntryPlace>();
        using var row = command.ExecuteReader();
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
