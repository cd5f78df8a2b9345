using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads single threads from the tables.</summary>
internal sealed class ThreadRows : IDisposable
{
    private const long AfterAll = long.MaxValue >> ReadModelDatabase.SequenceBits;

    private readonly SqliteCommand _thread;

    public ThreadRows(SqliteConnection connection)
    {
        _thread = connection.CreateCommand();
        _thread.CommandText = "SELECT began_segment, began_offset, view FROM threads WHERE number = $number";
        _thread.Parameters.AddWithValue("$number", 0L);
        _thread.Prepare();
    }

    /// <summary>The number of the thread that began at a position; for no position one that is after all.</summary>
    /// <exception cref="UnknownPositionException">None did.</exception>
    public static long NumberOf(SqliteConnection connection, LogPosition? position) => position is not { } began
        ? AfterAll
        : FindNumber(connection, began) ?? throw new UnknownPositionException();

    /// <summary>The number of the thread that began at a position; null where none did.</summary>
    public static long? FindNumber(SqliteConnection connection, LogPosition began) =>
        FindNumber(connection, "began_segment = $segment AND began_offset = $offset", began);

    /// <summary>The number of the first thread that began at a position or later; without one, a number after all.</summary>
    public static long NumberAt(SqliteConnection connection, LogPosition? position) => position is not { } began
        ? AfterAll
        : FindNumber(connection, "(began_segment, began_offset) >= ($segment, $offset)", began) ?? AfterAll;

    /// <summary>Threads that have ended, the newest first, from those before a number.</summary>
    public static IReadOnlyList<(long Number, (LogPosition Began, ThreadView View) Thread)> ReadEnded(
        SqliteConnection connection, long before, int limit)
    {
        using var command = connection.Prepare(
            $"""
            SELECT number, began_segment, began_offset, view FROM threads
            WHERE number < $1 AND state = {(int)ThreadPhase.Ended} ORDER BY number DESC LIMIT $2
            """,
            2);
        var found = new List<(long, (LogPosition, ThreadView))>();
        using var row = command.Bind(before, limit).ExecuteReader();
        while (row.Read())
        {
            found.Add((row.GetInt64(0), (new LogPosition(row.GetInt32(1), row.GetInt32(2)), ViewOf(row, 3))));
        }

        return found;
    }

    /// <summary>A thread that is there: where it began, and how it is.</summary>
    public (LogPosition Began, ThreadView View) Read(long number)
    {
        _thread.Parameters[0].Value = number;
        using var row = _thread.ExecuteReader();
        row.Read();
        return (
            new LogPosition(row.GetInt32(0), row.GetInt32(1)),
            ViewOf(row, 2));
    }

    private static long? FindNumber(SqliteConnection connection, string condition, LogPosition began)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT number FROM threads WHERE {condition} ORDER BY began_segment, began_offset LIMIT 1";
        command.Parameters.AddWithValue("$segment", began.Segment);
        command.Parameters.AddWithValue("$offset", began.Offset);
        return (long?)command.ExecuteScalar();
    }

    private static ThreadView ViewOf(SqliteDataReader row, int column) =>
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(column), AppJson.TypeInfo<ThreadView>())!;

    public void Dispose() => _thread.Dispose();
}
