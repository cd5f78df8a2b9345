using System.Text.Json;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads from the tables what a start must know of the past, and what it need not.</summary>
internal static class PastTables
{
    private const decimal Nano = 1_000_000_000m;

    /// <summary>What a start must know.</summary>
    /// <exception cref="ReadModelStaleException">The tables do not agree with one another.</exception>
    public static PastSummary ReadSummary(SqliteConnection connection, ReadModelProgress progress)
    {
        using var threads = new ThreadTable(connection);
        var running = threads.ReadRunning();
        var standings = ReadStandings(connection);
        return standings.Sum(one => one.Threads) == progress.Threads
            ? new PastSummary
            {
                Store = progress.Store,
                Position = progress.Position,
                Running = running,
                Heard =
                [
                    .. Party.Read(connection).Where(party => party.HeardAt > DateTimeOffset.MinValue)
                        .Select(party => (party.Id, party.HeardAt)),
                ],
                Marks = ReadMarks(connection),
                Sums = new LedgerSums(progress.Threads, progress.Messages, standings, ReadDays(connection)),
            }
            : throw new ReadModelStaleException("it has not all the threads that it says it has");
    }

    /// <summary>Where the log was at what time.</summary>
    public static IReadOnlyList<(DateTimeOffset At, LogPosition Position)> ReadMarks(SqliteConnection connection) => Read(
        connection,
        "SELECT at, segment, offset FROM marks ORDER BY at",
        row => (Instant(row, 0), new LogPosition(row.GetInt32(1), row.GetInt32(2))));

    /// <summary>The threads that had ended at a start, as pairs count them.</summary>
    /// <param name="connection">The open file.</param>
    /// <param name="threads">How many threads there were.</param>
    /// <param name="running">The numbers of those that had not ended.</param>
    public static PairAccounts ReadPairs(SqliteConnection connection, int threads, IReadOnlySet<int> running)
    {
        var pairs = new PairAccounts();
        var names = Party.Read(connection).ToDictionary(party => party.Number, party => party.Id);
        using var command = connection.Prepare(
            """
            SELECT initiator, responder, pattern, rounds, created_at, ended_at, spend, end_state, reason, thread FROM runs
            WHERE thread < $1
            """,
            1);
        using var row = command.Bind(threads).ExecuteReader();
        while (row.Read())
        {
            if (running.Contains(row.GetInt32(9)))
            {
                continue;
            }

            pairs.Add(
                names[row.GetInt64(0)],
                names[row.GetInt64(1)],
                new ThreadStanding(ThreadPhase.Ended, (EndState?)Number(row, 7), (EndReason?)Number(row, 8)),
                new EndOutline((Pattern)row.GetInt32(2), row.GetInt32(3), Instant(row, 4), Instant(row, 5)),
                ReadSpend(row, 6));
        }

        return pairs;
    }

    /// <summary>Reads a state, an end state and a reason from three columns.</summary>
    public static ThreadStanding ReadStanding(SqliteDataReader row, int column) => new(
        (ThreadPhase)row.GetInt32(column), (EndState?)Number(row, column + 1), (EndReason?)Number(row, column + 2));

    /// <summary>Reads what was spent; null for nothing.</summary>
    public static Spend? ReadSpend(SqliteDataReader row, int column) => row.IsDBNull(column)
        ? null
        : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(column), AppJson.TypeInfo<Spend>());

    /// <summary>Reads US dollars.</summary>
    public static decimal ReadUsd(SqliteDataReader row, int column) => row.GetInt64(column) / Nano;

    /// <summary>US dollars as a column has them.</summary>
    public static long NanoUsd(decimal usd) => (long)(usd * Nano);

    /// <summary>Reads an instant.</summary>
    public static DateTimeOffset Instant(SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    /// <summary>Reads all rows of a query.</summary>
    public static IReadOnlyList<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        var found = new List<T>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            found.Add(read(row));
        }

        return found;
    }

    private static IReadOnlyList<(ThreadStanding Standing, int Threads)> ReadStandings(SqliteConnection connection) => Read(
        connection,
        "SELECT state, end_state, reason, count(*) FROM threads GROUP BY end_state, state, reason",
        row => (ReadStanding(row, 0), row.GetInt32(3)));

    private static IReadOnlyList<SpentOnDay> ReadDays(SqliteConnection connection) => Read(
        connection,
        """
        SELECT day, id, spend, counted_nano_usd, first_thread, last_thread
        FROM days CROSS JOIN parties ON number = party ORDER BY day
        """,
        row => new SpentOnDay(
            DateOnly.FromDayNumber(row.GetInt32(0)),
            row.GetString(1),
            ReadSpend(row, 2)!,
            ReadUsd(row, 3),
            row.GetInt32(4),
            row.GetInt32(5)));

    private static int? Number(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);
}
