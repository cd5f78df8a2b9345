using DurableMesh.Core.Wire;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Reads where the words of a search are in a thread, with a passage of each message that has some.</summary>
internal sealed class HitReader : IDisposable
{
    // They mark the words found: nothing that is indexed has control characters.
    private const char Begin = '\u0001';
    private const char End = '\u0002';
    private const int PassageWords = 24;

    // A word may be as long as a message; a passage is not.
    private const int LongestPassage = 400;
    private const string Gap = "…";

    private readonly SqliteCommand _subject;
    private readonly SqliteCommand _messages;

    public HitReader(SqliteConnection connection, SearchWords words, int messages)
    {
        _subject = Command(
            connection,
            $"""
            SELECT highlight(words, 0, char({(int)Begin}), char({(int)End})) FROM words
            WHERE words MATCH $words AND words.rowid BETWEEN $first AND $last LIMIT 1
            """,
            words.All);
        _messages = Command(
            connection,
            $"""
            SELECT words.rowid, kind, sender, at, snippet(words, 1, char({(int)Begin}), char({(int)End}), '{Gap}', {PassageWords})
            FROM words CROSS JOIN messages ON key = words.rowid
            WHERE words MATCH $words AND words.rowid BETWEEN $first AND $last ORDER BY words.rowid LIMIT {messages}
            """,
            words.AnyInBody);
    }

    /// <summary>Where the words are in a thread.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="threadId">Its id.</param>
    public ThreadHit Read(long number, string threadId)
    {
        IReadOnlyList<TextPart> subject = [];
        using (var row = Ask(_subject, number))
        {
            subject = row.Read() ? PartsOf(row.GetString(0)) : subject;
        }

        var messages = new List<MessageHit>();
        using (var row = Ask(_messages, number))
        {
            while (row.Read())
            {
                messages.Add(new MessageHit(
                    (int)(row.GetInt64(0) & ((1 << ReadModelDatabase.SequenceBits) - 1)),
                    (MessageKind)row.GetInt32(1),
                    row.GetString(2),
                    new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero),
                    PartsOf(row.GetString(4))));
            }
        }

        return new ThreadHit(threadId, subject, messages);
    }

    public void Dispose()
    {
        _subject.Dispose();
        _messages.Dispose();
    }

    /// <summary>Takes a text apart at its marks.</summary>
    internal static IReadOnlyList<TextPart> PartsOf(string marked)
    {
        var parts = new List<TextPart>();
        var length = 0;
        for (var (at, isFound) = (0, false); at < marked.Length && length < LongestPassage; isFound = !isFound)
        {
            var end = marked.IndexOf(isFound ? End : Begin, at);
            var part = marked.AsSpan(at..(end < 0 ? marked.Length : end));
            at += part.Length + 1;
            var room = LongestPassage - length;
            length += part.Length;
            if (part.Length > room)
            {
                part = part[..(char.IsHighSurrogate(part[room - 1]) ? room - 1 : room)];
                parts.Add(new TextPart($"{part}{Gap}", isFound));
            }
            else if (part.Length > 0)
            {
                parts.Add(new TextPart(part.ToString(), isFound));
            }
        }

        return parts;
    }

    private static SqliteDataReader Ask(SqliteCommand command, long number)
    {
        command.Parameters[1].Value = ReadModelDatabase.KeyOf(number, 0);
        command.Parameters[2].Value = ReadModelDatabase.KeyOf(number + 1, 0) - 1;
        return command.ExecuteReader();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, string words)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$words", words);
        command.Parameters.AddWithValue("$first", 0L);
        command.Parameters.AddWithValue("$last", 0L);
        command.Prepare();
        return command;
    }
}
