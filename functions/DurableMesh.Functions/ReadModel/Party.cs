using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>An agent that threads know.</summary>
/// <param name="Number">Its number in the tables.</param>
/// <param name="Id">Its id.</param>
/// <param name="HeardAt">When it did something last; the beginning of time where it never did.</param>
internal readonly record struct Party(long Number, string Id, DateTimeOffset HeardAt)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Party> Read(SqliteConnection connection) => PastTables.Read(
        connection,
        "SELECT number, id, heard FROM parties",
        row => new Party(row.GetInt64(0), row.GetString(1), PastTables.Instant(row, 2)));
}
