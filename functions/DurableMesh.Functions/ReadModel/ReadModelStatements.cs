using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>The statements of the one who writes, each prepared once.</summary>
internal sealed class ReadModelStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteCommand> _all = [];
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _thread;
    private readonly SqliteCommand _track;
    private readonly SqliteCommand _entry;
    private readonly SqliteCommand _message;
    private readonly SqliteCommand _words;
    private readonly SqliteCommand _party;
    private readonly SqliteCommand _heard;
    private readonly SqliteCommand _inbox;
    private readonly SqliteCommand _findDay;
    private readonly SqliteCommand _day;
    private readonly SqliteCommand _run;
    private readonly SqliteCommand _mark;
    private readonly SqliteCommand _progress;

    public ReadModelStatements(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _thread = Prepare(
            """
            INSERT INTO threads (number, id, began_segment, began_offset, state, end_state, reason, initiator, responder, mc_task,
                changed_at, view, track)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (number) DO UPDATE SET state = excluded.state, end_state = excluded.end_state, reason = excluded.reason,
                changed_at = excluded.changed_at, view = excluded.view, track = excluded.track
            """,
            13);
        _track = Prepare("UPDATE threads SET track = $1 WHERE number = $2", 2);
        _entry = Prepare("INSERT INTO entries VALUES ($1, $2, $3, $4, $5, $6)", 6);
        _message = Prepare("INSERT INTO messages VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", 9);
        _words = Prepare("INSERT INTO words (rowid, subject, body) VALUES ($1, $2, $3)", 3);
        _party = Prepare("INSERT INTO parties (id, heard) VALUES ($1, 0) RETURNING number", 1);
        _heard = Prepare("UPDATE parties SET heard = $1 WHERE number = $2", 2);
        _inbox = Prepare("INSERT INTO inbox (party, segment, offset, length, entry) VALUES ($1, $2, $3, $4, $5)", 5);
        _findDay = Prepare(
            "SELECT spend, counted_nano_usd, first_thread, last_thread FROM days WHERE day = $1 AND party = $2", 2);
        _day = Prepare("INSERT OR REPLACE INTO days VALUES ($1, $2, $3, $4, $5, $6)", 6);
        _run = Prepare("INSERT INTO runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", 10);
        _mark = Prepare("INSERT OR REPLACE INTO marks VALUES ($1, $2, $3)", 3);
        _progress = Prepare(
            """
            UPDATE progress SET store = $1, segment = $2, offset = $3, last_segment = $4, last_offset = $5, last_length = $6,
                last_head = $7, threads = $8, messages = $9
            """,
            9);
    }

    public void Begin() => Run(_begin);

    public void Commit() => Run(_commit);

    /// <summary>Writes a thread: the entries that are new, and its state where there is a new one.</summary>
    public void Thread(WrittenThread thread)
    {
        var (track, number) = (thread.Track, ThreadTable.NumberOf(thread.Track.Account));
        foreach (var (at, hash) in track.SaveEntries(thread.Entries))
        {
            Run(
                _entry,
                ReadModelDatabase.KeyOf(number, thread.Entries++),
                at.Record.Segment,
                at.Record.Offset,
                at.Record.Length,
                at.Index,
                OrNull(hash));
        }

        var saved = JsonSerializer.SerializeToUtf8Bytes(track.Save(), AppJson.TypeInfo<SavedTrack>());
        if (thread.News is not ({ } view, { } json))
        {
            Run(_track, saved, number);
            return;
        }

        Run(
            _thread,
            number,
            view.ThreadId,
            track.Began.Segment,
            track.Began.Offset,
            (int)view.State,
            OrNull((int?)view.EndState),
            OrNull((int?)view.Reason),
            view.Initiator,
            view.Responder,
            view.McTask,
            track.ChangedAt.UtcTicks,
            json.Utf8,
            saved);
    }

    public void Message(NewMessage message)
    {
        Run(
            _message,
            message.Key,
            (int)message.Kind,
            message.Sender,
            message.Happened.UtcTicks,
            message.At.Record.Segment,
            message.At.Record.Offset,
            message.At.Record.Length,
            message.At.Index,
            OrNull(message.Body));
        Run(_words, message.Key, message.Thread.News!.Value.View.Subject, message.Words);
    }

    /// <summary>Writes an agent that is new; answers its number.</summary>
    public long Party(string agentId) => (long)_party.Bind(agentId).ExecuteScalar()!;

    public void Heard(long party, DateTimeOffset at) => Run(_heard, at.UtcTicks, party);

    public void Inbox(long party, EntryPlace at) =>
        Run(_inbox, party, at.Record.Segment, at.Record.Offset, at.Record.Length, at.Index);

    /// <summary>Adds what was spent on a day to what was.</summary>
    public void Day(SpentOnDay day, long party)
    {
        using (var row = _findDay.Bind(day.Day.DayNumber, party).ExecuteReader())
        {
            if (row.Read())
            {
                day = day with
                {
                    Spend = PastTables.ReadSpend(row, 0)! + day.Spend,
                    CountedUsd = PastTables.ReadUsd(row, 1) + day.CountedUsd,
                    FirstThread = Math.Min(row.GetInt32(2), day.FirstThread),
                    LastThread = Math.Max(row.GetInt32(3), day.LastThread),
                };
            }
        }

        Run(
            _day,
            day.Day.DayNumber,
            party,
            JsonOf(day.Spend),
            PastTables.NanoUsd(day.CountedUsd),
            day.FirstThread,
            day.LastThread);
    }

    public void Run(EndedRun run, Func<string, long> numberOf) => Run(
        _run,
        run.Thread,
        numberOf(run.Initiator),
        numberOf(run.Responder),
        (int)run.End.Pattern,
        OrNull((int?)run.Standing.EndState),
        OrNull((int?)run.Standing.Reason),
        run.End.Rounds,
        run.End.CreatedAt.UtcTicks,
        run.End.EndedAt.UtcTicks,
        run.Spent is { } spent ? JsonOf(spent) : DBNull.Value);

    public void Mark(DateTimeOffset at, LogPosition position) => Run(_mark, at.UtcTicks, position.Segment, position.Offset);

    /// <summary>Deletes marks from before an instant, but for the newest of them.</summary>
    public void ForgetMarks(DateTimeOffset before)
    {
        using var command = _connection.Prepare("DELETE FROM marks WHERE at < (SELECT max(at) FROM marks WHERE at < $1)", 1);
        Run(command, before.UtcTicks);
    }

    public void Progress(ReadModelProgress progress) => Run(
        _progress,
        (long)progress.Store,
        progress.Position.Segment,
        progress.Position.Offset,
        progress.Last?.Segment ?? 0,
        progress.Last?.Offset ?? 0,
        progress.Last?.Length ?? 0,
        (long)progress.LastHead,
        progress.Threads,
        progress.Messages);

    public void Dispose()
    {
        foreach (var command in _all)
        {
            command.Dispose();
        }
    }

    private static byte[] JsonOf(Spend spend) => JsonSerializer.SerializeToUtf8Bytes(spend, AppJson.TypeInfo<Spend>());

    private static object OrNull<T>(T? value) => (object?)value ?? DBNull.Value;

    private SqliteCommand Prepare(string sql, int parameters = 0)
    {
        var command = _connection.Prepare(sql, parameters);
        _all.Add(command);
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values) => command.Bind(values).ExecuteNonQuery();
}
