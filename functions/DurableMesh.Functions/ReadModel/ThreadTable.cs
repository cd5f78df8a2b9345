using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads threads as an index keeps them from the table <c>threads</c>.</summary>
internal static class ThreadTable
{
    private const string Columns = "number, id, state, end_state, reason, view, track";

    /// <summary>The number of a thread's row.</summary>
    public static long NumberOf(ThreadAccount account) => account.Number!.Value + 1L;

    /// <summary>Finds a thread by its id.</summary>
    public static SqliteCommand FindCommand(SqliteConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM threads WHERE id = $id";
        command.Parameters.Add(new SqliteParameter { ParameterName = "$id" });
        command.Prepare();
        return command;
    }

    /// <summary>The thread with an id; null where there is none.</summary>
    public static ThreadTrack? Find(SqliteCommand find, string id)
    {
        find.Parameters[0].Value = id;
        using var row = find.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>The threads that have not ended, in the order in which they began.</summary>
    public static IReadOnlyList<ThreadTrack> ReadRunning(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();

        // Left alone, it would read a million threads to find a few in their order.
        command.CommandText = $"""
            SELECT {Columns} FROM threads INDEXED BY threads_state WHERE state < {(int)ThreadPhase.Ended} ORDER BY number
            """;
        var found = new List<ThreadTrack>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            found.Add(Read(row));
        }

        return found;
    }

    /// <summary>The accounts of the threads that have ended, the newest first.</summary>
    /// <param name="connection">The open file.</param>
    /// <param name="first">The lowest number that is wanted.</param>
    /// <param name="before">The number before which they began.</param>
    /// <param name="limit">The most.</param>
    public static IReadOnlyList<(long Number, ThreadAccount Account)> ReadEndedAccounts(
        SqliteConnection connection, long first, long before, int limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT {Columns} FROM threads
            WHERE number >= $first AND number < $before AND state = {(int)ThreadPhase.Ended} ORDER BY number DESC LIMIT $limit
            """;
        command.Parameters.AddWithValue("$first", first);
        command.Parameters.AddWithValue("$before", before);
        command.Parameters.AddWithValue("$limit", limit);
        var found = new List<(long, ThreadAccount)>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            found.Add((row.GetInt64(0), AccountOf(row, SavedOf(row))));
        }

        return found;
    }

    private static ThreadTrack Read(SqliteDataReader row)
    {
        var saved = SavedOf(row);
        return new ThreadTrack(saved, new StoredView(row.GetFieldValue<byte[]>(5)), AccountOf(row, saved));
    }

    private static SavedTrack SavedOf(SqliteDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(6), AppJson.TypeInfo<SavedTrack>())!;

    private static ThreadAccount AccountOf(SqliteDataReader row, SavedTrack saved) => new(
        row.GetString(1), (int)(row.GetInt64(0) - 1), saved.Account, PastTables.ReadStanding(row, 2));
}
