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

    private readonly SqliteCommand _messages;

    public HitReader(SqliteConnection connection, SearchWords words, int messages)
    {
        _messages = connection.CreateCommand();
        _messages.CommandText = $"""
            SELECT words.rowid, kind, sender, at, snippet(words, 1, char({(int)Begin}), char({(int)End}), '{Gap}', {PassageWords})
            FROM words CROSS JOIN messages ON key = words.rowid
            WHERE words MATCH $words AND words.rowid BETWEEN $first AND $last ORDER BY words.rowid LIMIT {messages}
            """;
        _messages.Parameters.AddWithValue("$words", words.AnyInBody);
        _messages.Parameters.AddWithValue("$first", 0L);
        _messages.Parameters.AddWithValue("$last", 0L);
        _messages.Prepare();
    }

    /// <summary>What gives a thread's subject with marks around the words, where a row of <c>words</c> was found.</summary>
    public static string MarkedSubject { get; } = $"highlight(words, 0, char({(int)Begin}), char({(int)End}))";

    /// <summary>Where the words are in a thread.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="threadId">Its id.</param>
    /// <param name="subject">Its subject with marks.</param>
    public ThreadHit Read(long number, string threadId, string subject)
    {
        _messages.Parameters[1].Value = ReadModelDatabase.KeyOf(number, 0);
        _messages.Parameters[2].Value = ReadModelDatabase.KeyOf(number + 1, 0) - 1;
        var messages = new List<MessageHit>();
        using var row = _messages.ExecuteReader();
        while (row.Read())
        {
            messages.Add(new MessageHit(
                (int)(row.GetInt64(0) & ((1 << ReadModelDatabase.SequenceBits) - 1)),
                (MessageKind)row.GetInt32(1),
                row.GetString(2),
                new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero),
                PartsOf(row.GetString(4))));
        }

        return new ThreadHit(threadId, PartsOf(subject), messages);
    }

    public void Dispose() => _messages.Dispose();

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
}
