using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Writes records of the threads' log into the tables, many in a transaction. One for each file.</summary>
/// <remarks>
/// It decides by the tables alone which records count, as every reader of the log does. A batch is counted by a ledger of its
/// own, whose sums are then added to the tables'.
/// </remarks>
internal sealed class ReadModelWriter : IDisposable
{
    // So many threads are remembered from one batch to the next.
    private const int Remembered = 8192;

    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly ReadModelStatements _write;
    private readonly ThreadTable _find;
    private readonly Dictionary<string, WrittenThread> _threads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _parties;
    private readonly TimeMarks _marks;

    /// <param name="connection">The open file; closed with the writer.</param>
    /// <param name="retention">For how long somebody may ask when something happened.</param>
    /// <param name="time">The clock.</param>
    public ReadModelWriter(SqliteConnection connection, TimeSpan retention, TimeProvider time)
    {
        (_connection, _time, _write) = (connection, time, new ReadModelStatements(connection));
        _find = new ThreadTable(connection);
        Progress = ReadModelProgress.Read(connection);
        _parties = Party.Read(connection).ToDictionary(party => party.Id, party => party.Number, StringComparer.Ordinal);
        _marks = new TimeMarks(retention);
        _write.ForgetMarks(time.GetUtcNow() - retention);
        _marks.Begin(PastTables.ReadMarks(connection));
    }

    /// <summary>How far the tables go.</summary>
    public ReadModelProgress Progress { get; private set; }

    /// <summary>Takes in records; all of them or, where it fails, none.</summary>
    /// <param name="records">Records in the log's order.</param>
    /// <param name="bodies">The beginnings of large bodies, by their hashes.</param>
    /// <param name="after">The position after the last record, and after others that do not count.</param>
    /// <param name="store">The store.</param>
    /// <exception cref="SqliteException">The file is damaged, or there is no room for it, or something else is wrong.</exception>
    public void Write(
        IReadOnlyList<LoggedStep> records,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies,
        LogPosition after,
        ulong store)
    {
        // Whoever fails on the way lets go of the file, and of the transaction with it.
        _write.Begin();
        var batch = new ReadModelBatch(
            new MeshLedger(_ => ValueTask.CompletedTask, _time, NoPast.Instance), Progress, _marks, FindThread);
        foreach (var record in records)
        {
            batch.Take(record, bodies);
        }

        foreach (var thread in batch.Threads)
        {
            _write.Thread(thread);
        }

        foreach (var run in batch.Runs)
        {
            _write.Run(run, NumberOf);
        }

        foreach (var (agentId, at) in batch.Inbox)
        {
            _write.Inbox(NumberOf(agentId), at);
        }

        foreach (var (agentId, at) in batch.Heard)
        {
            _write.Heard(NumberOf(agentId), at);
        }

        foreach (var day in batch.Days)
        {
            _write.Day(day, NumberOf(day.AgentId));
        }

        foreach (var (at, position) in batch.Marks)
        {
            _write.Mark(at, position);
        }

        // The index of words takes keys in their order faster, and makes fewer pieces of them.
        foreach (var message in batch.Messages.OrderBy(message => message.Key))
        {
            _write.Message(message);
        }

        Progress = batch.Progress with { Store = store, Position = after };
        _write.Progress(Progress);
        _write.Commit();
        if (_threads.Count > Remembered)
        {
            _threads.Clear();
        }
    }

    public void Dispose()
    {
        _find.Dispose();
        _write.Dispose();
        _connection.Dispose();
    }

    /// <summary>The thread of a record as the tables have it, or one that begins.</summary>
    private WrittenThread FindThread(LoggedStep step)
    {
        var id = step.Record.ThreadId;
        if (!_threads.TryGetValue(id, out var thread))
        {
            _threads[id] = thread = new WrittenThread(
                _find.Find(id) ?? new ThreadTrack(step.At, new ThreadAccount(id)));
        }

        return thread;
    }

    private long NumberOf(string agentId) =>
        _parties.TryGetValue(agentId, out var number) ? number : _parties[agentId] = _write.Party(agentId);
}

/// <summary>A record, and where its line lies.</summary>
internal readonly record struct LoggedStep(LogSpan At, ThreadRecord Record);

/// <summary>A thread as the one who writes knows it.</summary>
internal sealed class WrittenThread(ThreadTrack track)
{
    public ThreadTrack Track => track;

    /// <summary>How many of its entries the tables have.</summary>
    public int Entries { get; set; } = track.Length;

    /// <summary>The state after the newest record, also as JSON; null where none came since it was found.</summary>
    public (ThreadView View, StoredView Json)? News { get; set; }
}
