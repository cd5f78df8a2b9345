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
    public static long NumberOf(SqliteConnection connection, LogPosition? position)
    {
        if (position is not { } began)
        {
            return AfterAll;
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT number FROM threads WHERE began_segment = $segment AND began_offset = $offset";
        command.Parameters.AddWithValue("$segment", began.Segment);
        command.Parameters.AddWithValue("$offset", began.Offset);
        return command.ExecuteScalar() is long number ? number : throw new UnknownPositionException();
    }

    /// <summary>A thread that is there: where it began, and how it is.</summary>
    public (LogPosition Began, ThreadView View) Read(long number)
    {
        _thread.Parameters[0].Value = number;
        using var row = _thread.ExecuteReader();
        row.Read();
        return (
            new LogPosition(row.GetInt32(0), row.GetInt32(1)),
            JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(2), AppJson.TypeInfo<ThreadView>())!);
    }

    public void Dispose() => _thread.Dispose();
}
