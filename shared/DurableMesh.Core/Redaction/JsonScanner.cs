using System.Buffers;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Redaction.Secrets;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Walks over a JSON value and copies it, but for the strings, names and numbers in which something was found; where nothing was,
/// nothing is copied.
/// </summary>
internal ref struct JsonScanner : IDisposable
{
    private readonly RedactionRun _run;
    private readonly ReadOnlySpan<byte> _utf8;

    /// <summary>The member that a value belongs to, for each depth; an array's elements belong to the array's member.</summary>
    private readonly Member?[] _members = new Member?[CanonicalJson.MaxDepth + 2];

    /// <summary>The name or value that is looked at.</summary>
    private readonly PooledText _text = new();

    /// <summary>For each open object its names that may be placeholders, and how often each came.</summary>
    private readonly Stack<Dictionary<string, int>?> _placeholders = [];

    private ArrayBufferWriter<byte>? _output;
    private int _copied;

    /// <summary>Whether names have changed, so that they have to be sorted anew.</summary>
    private bool _renamed;

    private JsonScanner(ReadOnlySpan<byte> utf8, RedactionRun run)
    {
        _utf8 = utf8;
        _run = run;
    }

    /// <summary>The value without what was found in it; the same one where nothing was.</summary>
    public static JsonText Redact(JsonText body, RedactionRun run)
    {
        var scanner = new JsonScanner(body.ToUtf8(), run);
        scanner.Walk();
        scanner.Dispose();
        if (scanner._output is null)
        {
            return body;
        }

        scanner._output.Write(scanner._utf8[scanner._copied..]);
        return scanner._renamed ? JsonText.Parse(scanner._output.WrittenSpan) : JsonText.OfCanonical(scanner._output.WrittenSpan);
    }

    /// <summary>Gives back the rented memory.</summary>
    public readonly void Dispose() => _text.Dispose();

    private void Walk()
    {
        var reader = new Utf8JsonReader(_utf8, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    _members[reader.CurrentDepth + 1] = _members[reader.CurrentDepth];
                    break;
                case JsonTokenType.StartObject:
                    _placeholders.Push(null);
                    break;
                case JsonTokenType.EndObject:
                    _placeholders.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    TakeName(reader);
                    break;
                case JsonTokenType.String:
                case JsonTokenType.Number when !reader.ValueSpan.ContainsAnyExceptInRange((byte)'0', (byte)'9'):
                    TakeValue(reader);
                    break;
            }
        }
    }

    private void TakeName(in Utf8JsonReader reader)
    {
        var name = TextOf(reader);
        TextScanner.TryRedact(name, Member.Unnamed, _run, out var redacted);

        // What a name says, it must still say when it is read again.
        _members[reader.CurrentDepth] = _run.MemberNamed(redacted);
        if (redacted.Contains('['))
        {
            redacted = Distinct(redacted.ToString());
        }

        if (!redacted.SequenceEqual(name))
        {
            _renamed = true;
            Replace(reader, redacted);
        }
    }

    /// <summary>Two names of one object may be the same person's; an object has no name twice.</summary>
    private readonly string Distinct(string name)
    {
        var others = _placeholders.Pop() ?? [];
        _placeholders.Push(others);
        var distinct = name;
        for (var number = others.GetValueOrDefault(name) + 1; !others.TryAdd(distinct, 1); number++)
        {
            distinct = $"{name}#{others[name] = number}";
        }

        return distinct;
    }

    private void TakeValue(in Utf8JsonReader reader)
    {
        var text = TextOf(reader);
        var member = _members[reader.CurrentDepth] ?? Member.Unnamed;
        if (CredentialRecogniser.TryReadMember(member, text, _run, out var finding))
        {
            var placeholder = _run.OutputOf(0);
            placeholder.Clear();
            _run.Take(finding, placeholder);
            Replace(reader, placeholder.Span);
        }
        else if (TextScanner.TryRedact(text, member, _run, out var redacted))
        {
            Replace(reader, redacted);
        }
    }

    private readonly ReadOnlySpan<char> TextOf(in Utf8JsonReader reader)
    {
        _text.Clear();
        var room = _text.Room(reader.ValueSpan.Length);
        _text.Advance(reader.TokenType == JsonTokenType.Number
            ? Encoding.ASCII.GetChars(reader.ValueSpan, room)
            : reader.CopyString(room));
        return _text.Span;
    }

    /// <summary>Copies what lies between and writes a string in the token's place.</summary>
    private void Replace(scoped in Utf8JsonReader reader, scoped ReadOnlySpan<char> text)
    {
        _output ??= new ArrayBufferWriter<byte>(_utf8.Length + 64);
        _output.Write(_utf8[_copied..(int)reader.TokenStartIndex]);
        CanonicalJson.WriteString(_output, text);

        // Behind a name the reader has consumed the colon too.
        _copied = (int)reader.BytesConsumed - (reader.TokenType == JsonTokenType.PropertyName ? 1 : 0);
    }
}
