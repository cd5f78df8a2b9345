using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads threads as an index keeps them.</summary>
internal sealed class ThreadTable : IDisposable
{
    private const string Columns = "number, id, state, end_state, reason, view, track";

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _thread;

    // Not for a thread that is not there, as one that begins is looked for.
    private SqliteCommand? _entries;

    public ThreadTable(SqliteConnection connection)
    {
        _connection = connection;
        _thread = connection.Prepare($"SELECT {Columns} FROM threads WHERE id = $1", 1);
    }

    /// <summary>The number of a thread's row.</summary>
    public static long NumberOf(ThreadAccount account) => account.Number!.Value + 1L;

    /// <summary>The thread with an id; null where there is none.</summary>
    public ThreadTrack? Find(string id)
    {
        using var row = _thread.Bind(id).ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>The threads that have not ended, in the order in which they began.</summary>
    public IReadOnlyList<ThreadTrack> ReadRunning()
    {
        // Left alone, it would read a million threads to find a few in their order.
        using var command = _connection.Prepare(
            $"SELECT {Columns} FROM threads INDEXED BY threads_state WHERE state < {(int)ThreadPhase.Ended} ORDER BY number");
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
        using var command = connection.Prepare(
            $"""
            SELECT {Columns} FROM threads
            WHERE number >= $1 AND number < $2 AND state = {(int)ThreadPhase.Ended} ORDER BY number DESC LIMIT $3
            """,
            3);
        var found = new List<(long, ThreadAccount)>();
        using var row = command.Bind(first, before, limit).ExecuteReader();
        while (row.Read())
        {
            found.Add((row.GetInt64(0), AccountOf(row, SavedOf(row))));
        }

        return found;
    }

    public void Dispose()
    {
        _thread.Dispose();
        _entries?.Dispose();
    }

    private ThreadTrack Read(SqliteDataReader row)
    {
        var saved = SavedOf(row);
        return new ThreadTrack(
            saved, EntriesOf(row.GetInt64(0)), new StoredView(row.GetFieldValue<byte[]>(5)), AccountOf(row, saved));
    }

    private List<SavedEntry> EntriesOf(long number)
    {
        _entries ??= _connection.Prepare(
            "SELECT segment, offset, length, entry, id_hash FROM entries WHERE key BETWEEN $1 AND $2 ORDER BY key", 2);
        var found = new List<SavedEntry>();
        var (first, last) = (ReadModelDatabase.KeyOf(number, 0), ReadModelDatabase.KeyOf(number + 1, 0) - 1);
        using var row = _entries.Bind(first, last).ExecuteReader();
        while (row.Read())
        {
            var at = new LogSpan(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2));
            found.Add(new SavedEntry(new EntryPlace(at, row.GetInt32(3)), row.IsDBNull(4) ? null : row.GetInt32(4)));
        }

        return found;
    }

    private static SavedTrack SavedOf(SqliteDataReader row) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(6), AppJson.TypeInfo<SavedTrack>())!;

    private static ThreadAccount AccountOf(SqliteDataReader row, SavedTrack saved) => new(
        row.GetString(1), (int)(row.GetInt64(0) - 1), saved.Account, PastTables.ReadStanding(row, 2));
}
