using System.Buffers;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Redaction.Secrets;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// Walks over a JSON value and copies it, but for the strings, names and numbers in which something was found; where nothing was,
/// nothing is copied. A string that is JSON itself is walked over too.
/// </summary>
internal ref struct JsonScanner : IDisposable
{
    /// <summary>How deep JSON in a string in JSON is read as such; deeper it is text.</summary>
    private const int MaxNesting = 4;

    private const int MinMade = 6;

    private readonly RedactionRun _run;
    private readonly int _nesting;
    private readonly ReadOnlySpan<byte> _utf8;

    /// <summary>The member that a value belongs to, for each depth; an array's elements belong to the array's member.</summary>
    private readonly Member?[] _members = new Member?[CanonicalJson.MaxDepth + 2];

    /// <summary>For each depth whether it is an object's.</summary>
    private readonly bool[] _isObject = new bool[CanonicalJson.MaxDepth + 2];

    /// <summary>For each depth the member that a value beside it names: <c>{"name": "DB_PASSWORD", "value": …}</c>.</summary>
    private readonly Member?[] _named = new Member?[CanonicalJson.MaxDepth + 2];

    /// <summary>The name or value that is looked at.</summary>
    private readonly PooledText _text = new();

    /// <summary>For each open object its names that may be placeholders, and how often each came.</summary>
    private readonly Stack<Dictionary<string, int>?> _placeholders = [];

    private ArrayBufferWriter<byte>? _output;
    private int _copied;

    /// <summary>Whether names have changed, so that they have to be sorted anew.</summary>
    private bool _renamed;

    private JsonScanner(ReadOnlySpan<byte> utf8, RedactionRun run, int nesting = 0)
    {
        _utf8 = utf8;
        _run = run;
        _nesting = nesting;
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
                    _named[reader.CurrentDepth + 1] = null;
                    _isObject[reader.CurrentDepth + 1] = false;
                    break;
                case JsonTokenType.StartObject:
                    _named[reader.CurrentDepth + 1] = null;
                    _isObject[reader.CurrentDepth + 1] = true;
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
        var member = _run.MemberNamed(redacted);
        _members[reader.CurrentDepth] = member is { Secret: SecretNature.None, IsValue: true }
            ? _named[reader.CurrentDepth] ?? (reader.CurrentDepth > 1 ? _members[reader.CurrentDepth - 1] : null) ?? member
            : member;
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
        var member = MemberOf(reader, text);
        if (_run.Scope == RedactionScope.Everything && CredentialRecogniser.TryReadMember(member, text, _run, out var finding))
        {
            var placeholder = _run.OutputOf(0);
            placeholder.Clear();
            placeholder.Append(text[..finding.Start]);
            _run.Take(finding, placeholder);
            placeholder.Append(text[finding.End..]);
            Replace(reader, placeholder.Span);
        }
        else if (LooksLikeJson(text) && _nesting < MaxNesting && _run.MayParse && TryRedactNested(text, out var nested))
        {
            if (nested is not null)
            {
                Replace(reader, nested);
            }
        }
        else if (TextScanner.TryRedact(text, member, _run, out var redacted))
        {
            Replace(reader, redacted);
        }
    }

    /// <summary>The member that a value belongs to; of two in an array the first may be the name of the second.</summary>
    private readonly Member MemberOf(in Utf8JsonReader reader, ReadOnlySpan<char> text)
    {
        var depth = reader.CurrentDepth;
        var member = _members[depth] ?? Member.Unnamed;
        if (!_isObject[depth] || member.IsNaming)
        {
            var before = _named[depth];
            var isName = text.Length <= SecretNames.MaxLength && !text.Contains(' ')
                && SecretNames.NatureOf(text) != SecretNature.None;
            _named[depth] = isName ? _run.MemberNamed(text) : null;
            return !_isObject[depth] && before is not null && text.Length >= MinMade && SecretValues.IsMade(text)
                ? before
                : member;
        }

        return member;
    }

    private static bool LooksLikeJson(ReadOnlySpan<char> text) =>
        text.Length > 2 && (text[0], text[^1]) is ('{', '}') or ('[', ']') or ('"', '"');

    /// <summary>Redacts a text that is JSON; what comes out is the same JSON, with its blanks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="redacted">Without what was found in it; null where nothing was.</param>
    /// <returns>Whether it is JSON.</returns>
    private readonly bool TryRedactNested(ReadOnlySpan<char> text, out string? redacted)
    {
        redacted = null;
        var utf8 = Encoding.UTF8.GetBytes(text.ToArray());
        if (!IsJson(utf8))
        {
            _run.CountFailure();
            return false;
        }

        var scanner = new JsonScanner(utf8, _run, _nesting + 1);
        scanner.Walk();
        scanner.Dispose();
        if (scanner._output is { } output)
        {
            output.Write(scanner._utf8[scanner._copied..]);
            redacted = Encoding.UTF8.GetString(output.WrittenSpan);
        }

        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = CanonicalJson.MaxDepth });
            while (reader.Read())
            {
                // A name or text with half of a surrogate pair cannot be read as text.
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
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

        _copied = (int)reader.TokenStartIndex + reader.ValueSpan.Length + (reader.TokenType == JsonTokenType.Number ? 0 : 2);
    }
}
