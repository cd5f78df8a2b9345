using System.Text;
using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// The words of a message: the texts and numbers of its body, and what its checks say; as it was stored, so that what was
/// redacted is not there. Of a long one the beginning.
/// </summary>
internal sealed class MessageText
{
    /// <summary>So much of a message is looked through, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>So much is read of a body that is stored by its hash, in bytes.</summary>
    public const int MaxBodyBytes = 32 * 1024;

    private readonly StringBuilder _text = new();

    private MessageText()
    {
    }

    /// <summary>The words of a thread's brief.</summary>
    /// <param name="start">The thread.</param>
    /// <param name="large">The beginning of its body, where that is stored by its hash; null where it is not there.</param>
    public static string Of(ThreadStart start, ReadOnlyMemory<byte>? large)
    {
        var text = new MessageText();
        text.AddBody(start.Body, large);
        foreach (var criterion in start.Acceptance)
        {
            text.Add(criterion.Id);
            text.Add(criterion.Title);
        }

        return text.ToString();
    }

    /// <summary>The words of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="large">The beginning of its body, where that is stored by its hash; null where it is not there.</param>
    public static string Of(Message message, ReadOnlyMemory<byte>? large)
    {
        var text = new MessageText();
        text.AddBody(message.Body, large);
        foreach (var check in message.Checks)
        {
            text.Add(check.Id);
            text.Add(check.Title);
            text.Add(check.Detail);
        }

        return text.ToString();
    }

    public override string ToString() => _text.ToString();

    private bool IsFull => _text.Length >= MaxLength;

    private void AddBody(MessageBody? body, ReadOnlyMemory<byte>? large)
    {
        if (body?.Inline is { } inline)
        {
            AddJson(inline.ToUtf8());
        }
        else if (large is { } beginning)
        {
            AddJson(beginning.Span);
        }
    }

    /// <summary>Adds the texts and numbers of a JSON value, or of the beginning of one.</summary>
    private void AddJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        try
        {
            while (!IsFull && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    Add(reader.GetString());
                }
                else if (reader.TokenType == JsonTokenType.Number)
                {
                    Add(Encoding.UTF8.GetString(reader.ValueSpan));
                }
            }

            AddTorn(json[(int)reader.BytesConsumed..]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whatever the store has in a body's place, its thread is worth more than its words.
        }
    }

    /// <summary>Adds the text that a beginning of a body breaks off in.</summary>
    private void AddTorn(ReadOnlySpan<byte> rest)
    {
        // The longest that may be torn: a surrogate pair as two escapes.
        const int LongestLetter = 12;
        rest = rest.TrimStart(" ,:"u8);
        if (IsFull || rest is not [(byte)'"', ..])
        {
            return;
        }

        for (var cut = 0; cut <= LongestLetter && cut < rest.Length; cut++)
        {
            try
            {
                var whole = new Utf8JsonReader([.. rest[..^cut], (byte)'"']);
                if (whole.Read() && whole.GetString() is { } text)
                {
                    Add(text);
                    return;
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // It was torn within a letter.
            }
        }
    }

    private void Add(string? text)
    {
        if (text is not { Length: > 0 } || IsFull)
        {
            return;
        }

        if (_text.Length > 0)
        {
            _text.Append('\n');
        }

        // Control characters are no words; two of them mark what was found.
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, MaxLength - _text.Length)))
        {
            _text.Append(char.IsControl(letter) && letter != '\n' ? ' ' : letter);
        }
    }
}
