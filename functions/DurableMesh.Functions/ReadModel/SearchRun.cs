using System.Text.Json;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>One search in the tables, as they are at one moment.</summary>
internal sealed class SearchRun(SqliteConnection connection, SearchWords words, ThreadFilter filter, Caller caller)
{
    private const int MessagesShown = 3;

    // Where the filter leaves no more threads than this, each is asked for the words; else what has the words is filtered.
    private const int FewThreads = 2000;
    private const int RowsBetweenLooks = 256;

    /// <summary>After so long a page ends where it is: the words are common, and few of their threads are wanted.</summary>
    private static readonly TimeSpan LongestScan = TimeSpan.FromMilliseconds(500);

    private readonly ThreadConditions _conditions = new(filter, caller);

    /// <summary>Finds a page.</summary>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    public FoundThreads Find(int limit, LogPosition? before)
    {
        // Whatever is written meanwhile, all of this is read as it was at its beginning.
        using var moment = connection.BeginTransaction(deferred: true);
        var number = ThreadRows.NumberOf(connection, before);
        var found = new List<(long Number, ThreadView View, string Subject)>();
        var candidates = FewNumbers(number) is { } few ? AskEach(few) : WithWords(number);
        var next = Take(candidates, limit, found);
        using var hits = new HitReader(connection, words, MessagesShown);
        return new FoundThreads(
            [.. found.Select(one => one.View)],
            [.. found.Select(one => hits.Read(one.Number, one.View.ThreadId, one.Subject))],
            next,
            IsBehind: false);
    }

    /// <summary>Adds the threads that are wanted; answers where the next page starts, or null where there is none.</summary>
    private LogPosition? Take(
        IEnumerable<Candidate> candidates, int limit, List<(long Number, ThreadView View, string Subject)> found)
    {
        var begun = Environment.TickCount64;
        LogPosition? last = null;
        var rows = 0;
        foreach (var candidate in candidates)
        {
            if ((found.Count == limit && candidate.View is not null)
                || (++rows % RowsBetweenLooks == 0 && Environment.TickCount64 - begun >= LongestScan.TotalMilliseconds))
            {
                return last;
            }

            last = candidate.Began ?? last;
            if (candidate is { View: { } json, Subject: { } subject }
                && JsonSerializer.Deserialize(json, AppJson.TypeInfo<ThreadView>()) is { } view
                && caller.Sees(view))
            {
                found.Add((candidate.Number, view, subject));
            }
        }

        return null;
    }

    /// <summary>
    /// The threads that have the words, the newest first, and nothing in the places of a thread's other messages.
    /// </summary>
    private IEnumerable<Candidate> WithWords(long before)
    {
        using var command = Command(
            $"""
            SELECT number, began_segment, began_offset, CASE WHEN {_conditions.Sql} THEN view END,
                CASE WHEN {_conditions.Sql} THEN {HitReader.MarkedSubject} END
            FROM words CROSS JOIN threads ON number = words.rowid >> {ReadModelDatabase.SequenceBits}
            WHERE words MATCH $words AND words.rowid < $before
            ORDER BY words.rowid DESC
            """);
        command.Parameters.AddWithValue("$words", words.All);
        command.Parameters.AddWithValue("$before", ReadModelDatabase.KeyOf(before, 0));
        _conditions.Bind(command);
        using var row = command.ExecuteReader();
        for (var last = 0L; row.Read(); last = row.GetInt64(0))
        {
            yield return row.GetInt64(0) == last ? default : Read(row);
        }
    }

    /// <summary>The threads of some numbers; those are wanted that have the words.</summary>
    private IEnumerable<Candidate> AskEach(List<long> numbers)
    {
        using var command = Command(
            $"""
            SELECT number, began_segment, began_offset, view, (
                SELECT {HitReader.MarkedSubject} FROM words
                WHERE words MATCH $words AND words.rowid BETWEEN $first AND $last LIMIT 1)
            FROM threads WHERE number = $number
            """);
        command.Parameters.AddWithValue("$words", words.All);
        var (number, first, last) = (
            command.Parameters.AddWithValue("$number", 0L),
            command.Parameters.AddWithValue("$first", 0L),
            command.Parameters.AddWithValue("$last", 0L));
        command.Prepare();
        foreach (var one in numbers)
        {
            (number.Value, first.Value, last.Value) =
                (one, ReadModelDatabase.KeyOf(one, 0), ReadModelDatabase.KeyOf(one + 1, 0) - 1);
            using var row = command.ExecuteReader();
            yield return row.Read() ? Read(row) : default;
        }
    }

    /// <summary>The threads before a number that the filter leaves, the newest first; null where they are many.</summary>
    private List<long>? FewNumbers(long before)
    {
        if (_conditions.IsNone || words.HasBeginnings)
        {
            return null;
        }

        using var command = Command(
            $"SELECT number FROM threads WHERE {_conditions.Sql} LIMIT {FewThreads + 1}");
        _conditions.Bind(command);
        var numbers = new List<long>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            numbers.Add(row.GetInt64(0));
        }

        return numbers.Count > FewThreads ? null : [.. numbers.Where(one => one < before).OrderDescending()];
    }

    private static Candidate Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        new LogPosition(row.GetInt32(1), row.GetInt32(2)),
        row.IsDBNull(3) || row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(3),
        row.IsDBNull(4) ? null : row.GetString(4));

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>A thread that was looked at.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="Began">Where it began; null where it was looked at before.</param>
    /// <param name="View">Its state as JSON; null where it is not wanted.</param>
    /// <param name="Subject">Its subject with marks; null where it is not wanted.</param>
    private readonly record struct Candidate(long Number, LogPosition? Began, byte[]? View, string? Subject);
}
