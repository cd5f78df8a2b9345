using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Writes records of the threads' log into the tables, many in a transaction. One for each file.</summary>
internal sealed class ReadModelWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _thread;
    private readonly SqliteCommand _message;
    private readonly SqliteCommand _words;
    private readonly SqliteCommand _progress;
    private readonly Dictionary<string, NewState> _threads = new(StringComparer.Ordinal);
    private readonly List<NewMessage> _messages = [];

    /// <param name="connection">The open file; closed with the writer.</param>
    public ReadModelWriter(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _thread = Prepare(
            """
            INSERT INTO threads (id, began_segment, began_offset, state, end_state, initiator, responder, mc_task, view)
            VALUES ($id, $segment, $offset, $state, $end, $initiator, $responder, $task, $view)
            ON CONFLICT (id) DO UPDATE SET state = excluded.state, end_state = excluded.end_state, view = excluded.view
            RETURNING number
            """,
            "$id", "$segment", "$offset", "$state", "$end", "$initiator", "$responder", "$task", "$view");
        _message = Prepare(
            "INSERT INTO messages VALUES ($key, $kind, $sender, $at, $segment, $offset, $length, $entry, $body)",
            "$key", "$kind", "$sender", "$at", "$segment", "$offset", "$length", "$entry", "$body");
        _words = Prepare("INSERT INTO words (rowid, subject, body) VALUES ($key, $subject, $body)", "$key", "$subject", "$body");
        _progress = Prepare(
            """
            UPDATE progress SET store = $store, segment = $segment, offset = $offset,
                last_segment = $lastSegment, last_offset = $lastOffset, last_length = $lastLength, last_head = $lastHead
            """,
            "$store", "$segment", "$offset", "$lastSegment", "$lastOffset", "$lastLength", "$lastHead");
        Progress = ReadProgress();
    }

    /// <summary>How far the tables go.</summary>
    public ReadModelProgress Progress { get; private set; }

    /// <summary>Takes in records; all of them or, where it fails, none.</summary>
    /// <param name="records">Records that count, in the log's order.</param>
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
        _begin.ExecuteNonQuery();
        Gather(records, bodies);
        foreach (var thread in _threads.Values)
        {
            thread.Number = Write(thread);
        }

        // The index of words takes keys in their order faster, and makes fewer pieces of them.
        _messages.Sort((left, right) => left.Key.CompareTo(right.Key));
        foreach (var message in _messages)
        {
            Write(message);
        }

        var progress = new ReadModelProgress(
            store,
            after,
            records is [.., var last] ? last.At : Progress.Last,
            records is [.., var end] ? ChainMark.Of(end.Record.View.Evidence.Head).Digits : Progress.LastHead);
        Run(
            _progress,
            (long)progress.Store,
            after.Segment,
            after.Offset,
            progress.Last?.Segment ?? 0,
            progress.Last?.Offset ?? 0,
            progress.Last?.Length ?? 0,
            (long)progress.LastHead);
        _commit.ExecuteNonQuery();
        Progress = progress;
    }

    public void Dispose()
    {
        foreach (var command in new[] { _begin, _commit, _thread, _message, _words, _progress })
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    /// <summary>Of each thread the newest state alone is written, once.</summary>
    private void Gather(IReadOnlyList<LoggedStep> records, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies)
    {
        _threads.Clear();
        _messages.Clear();
        foreach (var (at, record) in records)
        {
            if (!_threads.TryGetValue(record.ThreadId, out var thread))
            {
                _threads[record.ThreadId] = thread = new NewState(at, record.View);
            }

            thread.View = record.View;
            for (var n = 0; n < record.Entries.Count; n++)
            {
                switch (record.Entries[n].Event)
                {
                    case ThreadOpening { Thread: var start } opening:
                        _messages.Add(new NewMessage(thread, at, n, opening.At)
                        {
                            Sequence = 1,
                            Kind = MessageKind.Brief,
                            Sender = start.Initiator,
                            Body = start.Body?.Sha256,
                            Words = MessageText.Of(start, LargeOf(start.Body, bodies)),
                        });
                        break;
                    case MessageAccepted { Message: { Kind: not MessageKind.Brief } message } accepted:
                        _messages.Add(new NewMessage(thread, at, n, accepted.At)
                        {
                            Sequence = message.Sequence,
                            Kind = message.Kind,
                            Sender = message.From,
                            Body = message.Body?.Sha256,
                            Words = MessageText.Of(message, LargeOf(message.Body, bodies)),
                        });
                        break;
                }
            }
        }
    }

    private static ReadOnlyMemory<byte>? LargeOf(MessageBody? body, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> bodies) =>
        body is { Inline: null } && bodies.TryGetValue(body.Sha256, out var large) ? large : null;

    private long Write(NewState thread)
    {
        var view = thread.View;
        Bind(
            _thread,
            view.ThreadId,
            thread.Began.Segment,
            thread.Began.Offset,
            (int)view.State,
            view.EndState is { } end ? (int)end : DBNull.Value,
            view.Initiator,
            view.Responder,
            view.McTask,
            JsonSerializer.SerializeToUtf8Bytes(view, AppJson.TypeInfo<ThreadView>()));
        return (long)_thread.ExecuteScalar()!;
    }

    private void Write(NewMessage message)
    {
        Run(
            _message,
            message.Key,
            (int)message.Kind,
            message.Sender,
            message.Happened.UtcTicks,
            message.At.Segment,
            message.At.Offset,
            message.At.Length,
            message.Entry,
            (object?)message.Body ?? DBNull.Value);
        Run(_words, message.Key, message.Thread.View.Subject, message.Words);
    }

    private ReadModelProgress ReadProgress()
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "SELECT store, segment, offset, last_segment, last_offset, last_length, last_head FROM progress";
        using var row = command.ExecuteReader();
        return row.Read()
            ? new ReadModelProgress(
                (ulong)row.GetInt64(0),
                new LogPosition(row.GetInt32(1), row.GetInt32(2)),
                row.GetInt32(3) == 0 ? null : new LogSpan(row.GetInt32(3), row.GetInt32(4), row.GetInt32(5)),
                (ulong)row.GetInt64(6))
            : throw new ReadModelStaleException("it does not say how far it goes");
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        command.Prepare();
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var n = 0; n < values.Length; n++)
        {
            command.Parameters[n].Value = values[n];
        }
    }

    /// <summary>A thread as the last of its records has it.</summary>
    private sealed class NewState(LogSpan began, ThreadView view)
    {
        public LogSpan Began => began;

        public ThreadView View { get; set; } = view;

        public long Number { get; set; }
    }

    private sealed record NewMessage(NewState Thread, LogSpan At, int Entry, DateTimeOffset Happened)
    {
        public required int Sequence { get; init; }

        public required MessageKind Kind { get; init; }

        public required string Sender { get; init; }

        public required string? Body { get; init; }

        public required string Words { get; init; }

        public long Key => ReadModelDatabase.KeyOf(Thread.Number, Sequence);
    }
}

/// <summary>A record that counts, and where its line lies.</summary>
internal readonly record struct LoggedStep(LogSpan At, ThreadRecord Record);
