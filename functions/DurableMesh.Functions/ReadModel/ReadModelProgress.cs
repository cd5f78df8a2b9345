using System.Text.Json;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>How far a file goes in the log, and how to tell that it is that log.</summary>
/// <param name="Store">The store, by what its log begins with; 0 as long as it has no thread.</param>
/// <param name="Position">The position after the last record that the tables hold.</param>
/// <param name="Last">That record's line; null where there is none.</param>
/// <param name="LastHead">The end of its thread's chain.</param>
/// <param name="Threads">How many threads there are.</param>
/// <param name="Messages">How many messages.</param>
internal readonly record struct ReadModelProgress(
    ulong Store, LogPosition Position, LogSpan? Last, ulong LastHead, int Threads, long Messages)
{
    /// <summary>Reads how far a file goes.</summary>
    /// <exception cref="ReadModelStaleException">It does not say so.</exception>
    public static ReadModelProgress Read(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT store, segment, offset, last_segment, last_offset, last_length, last_head, threads, messages FROM progress
            """;
        using var row = command.ExecuteReader();
        return row.Read()
            ? new ReadModelProgress(
                (ulong)row.GetInt64(0),
                new LogPosition(row.GetInt32(1), row.GetInt32(2)),
                row.GetInt32(3) == 0 ? null : new LogSpan(row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
                (ulong)row.GetInt64(6),
                row.GetInt32(7),
                row.GetInt64(8))
            : throw new ReadModelStaleException("it does not say how far it goes");
    }

    /// <summary>Looks whether tables were made of a log, and of no more of it than there is.</summary>
    /// <exception cref="ReadModelStaleException">They were not.</exception>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    public async ValueTask CheckAsync(LogEnd log, CancellationToken cancellation)
    {
        if (Position > log.End)
        {
            throw new ReadModelStaleException("the store has less than it, as one has that was restored from a backup");
        }

        if (Last is { } last && !await HoldsAsync(log, last, cancellation))
        {
            throw new ReadModelStaleException("the store went on otherwise, as one does that was restored from a backup");
        }
    }

    private async ValueTask<bool> HoldsAsync(LogEnd log, LogSpan at, CancellationToken cancellation)
    {
        try
        {
            return RecordOutline.Read(await log.ReadAsync(at, cancellation)).Head.Digits == LastHead;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // No record lies there.
            return false;
        }
    }
}
