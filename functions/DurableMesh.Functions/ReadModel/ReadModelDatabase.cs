using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>One file of the read model: its tables, and the rules by which a file is ours.</summary>
internal static class ReadModelDatabase
{
    /// <summary>
    /// The version of the tables. A file of an older one is built anew; one of a newer one is left alone, for a newer host may
    /// come back to it.
    /// </summary>
    public const int Version = 3;

    /// <summary>What a thread's number is shifted by to make room for the sequences of its messages.</summary>
    public const int SequenceBits = 20;

    // "DMRM".
    private const int ApplicationId = 0x444D524D;
    private const int PageBytes = 4096;
    private const int HeldBytes = 64 * 1024 * 1024;

    // Parties are agents. What tables say of a thread is what its track, or its view, says of it; they say it again for an index.
    // Threads have numbers in the order in which they began; a message's key, which is also that of its words, is its thread's
    // number and its sequence, and an entry's its thread's number and its ordinal. So the newest thread comes first in all these
    // orders, with all its messages and entries together.
    private const string Tables = """
        CREATE TABLE progress (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            store INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            last_segment INTEGER NOT NULL,
            last_offset INTEGER NOT NULL,
            last_length INTEGER NOT NULL,
            last_head INTEGER NOT NULL,
            threads INTEGER NOT NULL,
            messages INTEGER NOT NULL);
        INSERT INTO progress VALUES (1, 0, 1, 0, 0, 0, 0, 0, 0, 0);
        CREATE TABLE parties (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            heard INTEGER NOT NULL);
        CREATE TABLE threads (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            began_segment INTEGER NOT NULL,
            began_offset INTEGER NOT NULL,
            state INTEGER NOT NULL,
            end_state INTEGER,
            reason INTEGER,
            initiator TEXT NOT NULL,
            responder TEXT NOT NULL,
            mc_task TEXT NOT NULL,
            changed_at INTEGER NOT NULL,
            view BLOB NOT NULL,
            track BLOB NOT NULL);
        CREATE UNIQUE INDEX threads_began ON threads (began_segment, began_offset);
        CREATE INDEX threads_end ON threads (end_state, state, reason);
        CREATE INDEX threads_state ON threads (state);
        CREATE INDEX threads_initiator ON threads (initiator, state, end_state, mc_task);
        CREATE INDEX threads_responder ON threads (responder, state, end_state, mc_task);
        CREATE INDEX threads_task ON threads (mc_task, state, end_state);
        CREATE TABLE entries (
            key INTEGER PRIMARY KEY,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            id_hash INTEGER);
        CREATE TABLE messages (
            key INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            sender TEXT NOT NULL,
            at INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            body TEXT);
        CREATE TABLE inbox (
            party INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            length INTEGER NOT NULL,
            PRIMARY KEY (party, segment, offset, entry)) WITHOUT ROWID;
        CREATE TABLE days (
            day INTEGER NOT NULL,
            party INTEGER NOT NULL,
            spend BLOB NOT NULL,
            counted_nano_usd INTEGER NOT NULL,
            first_thread INTEGER NOT NULL,
            last_thread INTEGER NOT NULL,
            PRIMARY KEY (day, party)) WITHOUT ROWID;
        CREATE TABLE runs (
            thread INTEGER PRIMARY KEY,
            initiator INTEGER NOT NULL,
            responder INTEGER NOT NULL,
            pattern INTEGER NOT NULL,
            end_state INTEGER,
            reason INTEGER,
            rounds INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL,
            spend BLOB);
        CREATE TABLE marks (
            at INTEGER PRIMARY KEY,
            segment INTEGER NOT NULL,
            offset INTEGER NOT NULL);
        CREATE VIRTUAL TABLE words USING fts5(
            subject, body, tokenize = "unicode61 remove_diacritics 2", prefix = "2 3 4 5", columnsize = 0);
        INSERT INTO words (words, rank) VALUES ('hashsize', 8388608);
        """;

    /// <summary>Opens a file for the one who writes it, and makes its tables where it has none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">How large it may become.</param>
    /// <exception cref="ReadModelStaleException">It must be built anew.</exception>
    /// <exception cref="ReadModelNewerException">A newer host wrote it.</exception>
    /// <exception cref="SqliteException">It cannot be used.</exception>
    public static SqliteConnection OpenForWriting(string path, long maxBytes)
    {
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate, pooling: false));
        try
        {
            connection.Open();

            // After a loss of power the file is as it was some commits ago, which is as good.
            Execute(connection, $"""
                PRAGMA cell_size_check = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = NORMAL;
                PRAGMA cache_size = -16384;
                PRAGMA temp_store = MEMORY;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = {HeldBytes};
                PRAGMA max_page_count = {maxBytes / PageBytes};
                """);
            MakeOurs(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for one who reads, beside others and the one who writes.</summary>
    public static SqliteConnection OpenForReading(string path)
    {
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true));
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of what readers have left open.</summary>
    public static void CloseReaders(string path)
    {
        using var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadOnly, pooling: true));
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Deletes a file and what belongs to it.</summary>
    public static void Delete(string path)
    {
        foreach (var part in new[] { "-wal", "-shm", "-journal", "" })
        {
            File.Delete(path + part);
        }
    }

    /// <summary>Prepares a statement whose parameters are numbered from 1.</summary>
    public static SqliteCommand Prepare(this SqliteConnection connection, string sql, int parameters = 0)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var n = 1; n <= parameters; n++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${n}" });
        }

        command.Prepare();
        return command;
    }

    /// <summary>Gives a prepared statement its values.</summary>
    public static SqliteCommand Bind(this SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var n = 0; n < values.Length; n++)
        {
            command.Parameters[n].Value = values[n];
        }

        return command;
    }

    /// <summary>The key of a message, or of an entry.</summary>
    public static long KeyOf(long thread, int sequence) => (thread << SequenceBits) | (uint)sequence;

    private static void MakeOurs(SqliteConnection connection)
    {
        var application = Number(connection, "PRAGMA application_id");
        var version = Number(connection, "PRAGMA user_version");
        if (application == ApplicationId && version == Version)
        {
            return;
        }

        if (application == ApplicationId && version > Version)
        {
            throw new ReadModelNewerException(version, Version);
        }

        if (application != 0 || version != 0 || Number(connection, "SELECT count(*) FROM sqlite_schema") != 0)
        {
            throw new ReadModelStaleException(
                application == ApplicationId
                    ? $"it is of version {version}, and this host writes {Version}"
                    : "it is of another program");
        }

        Execute(connection, $"""
            BEGIN IMMEDIATE;
            {Tables}
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {Version};
            COMMIT;
            """);
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Does what a statement says.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = pooling,
        DefaultTimeout = 2,
    }.ToString();
}

/// <summary>A file must be built anew.</summary>
/// <param name="why">Why, as the end of a sentence.</param>
internal sealed class ReadModelStaleException(string why) : Exception(why);

/// <summary>A newer host wrote a file.</summary>
internal sealed class ReadModelNewerException(long version, long ours)
    : Exception($"it is of version {version}, which is newer than {ours}, the one that this host writes");
