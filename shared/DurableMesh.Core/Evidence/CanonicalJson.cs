using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DurableMesh.Core.Evidence;

/// <summary>
/// JSON Canonicalization Scheme, RFC 8785: members in UTF-16 order of their names, ECMAScript numbers, shortest escapes, no
/// blanks. Input that RFC 7493 forbids (repeated names, half surrogate pairs, numbers that a double cannot hold) is refused,
/// never changed.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The deepest nesting that is read, in objects and arrays.</summary>
    public const int MaxDepth = 64;

    /// <summary>The options with which JSON is parsed everywhere: strict, at most <see cref="MaxDepth"/> deep.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>Brings a JSON value into its canonical form.</summary>
    /// <param name="utf8">One JSON value in UTF-8.</param>
    /// <param name="exceptMember">A member of the outermost object that is left out, for instance the hash over the rest.</param>
    /// <exception cref="CanonicalJsonException">The input is no JSON, or no interoperable JSON.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8, string? exceptMember = null)
    {
        var output = new ArrayBufferWriter<byte>(utf8.Length + 16);
        Canonicalize(utf8, output, exceptMember);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes a text as a canonical JSON string, quotes included.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="CanonicalJsonException">The text holds half of a surrogate pair.</exception>
    public static string Quote(string text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 16);
        WriteString(output, text);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    internal static void Canonicalize(ReadOnlySpan<byte> utf8, ArrayBufferWriter<byte> output, string? exceptMember)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new CanonicalJsonException("The input is not valid UTF-8.");
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            WriteValue(ref reader, output, exceptMember);
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CanonicalJsonException(e.Message, e);
        }
    }

    /// <summary>Writes a text as <see cref="Quote"/> does.</summary>
    internal static void WriteString(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        output.Write("\""u8);
        var rest = text;
        while (rest.IndexOfAny(Escaped) is var plain && plain >= 0)
        {
            WriteUtf8(output, rest[..plain]);
            WriteEscape(output, rest[plain]);
            rest = rest[(plain + 1)..];
        }

        WriteUtf8(output, rest);
        output.Write("\""u8);
    }

    private static void WriteValue(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output, string? exceptMember = null)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(ref reader, output, exceptMember);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader, output);
                break;
            case JsonTokenType.String when reader.ValueIsEscaped:
                WriteString(output, reader.GetString()!);
                break;
            case JsonTokenType.String:
                WriteQuoted(output, reader.ValueSpan);
                break;
            case JsonTokenType.Number:
                CanonicalNumber.Write(output, reader.ValueSpan);
                break;
            default:
                output.Write(reader.ValueSpan);
                break;
        }
    }

    private static void WriteArray(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output)
    {
        output.Write("["u8);
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first)
            {
                output.Write(","u8);
            }

            WriteValue(ref reader, output);
        }

        output.Write("]"u8);
    }

    private static void WriteObject(ref Utf8JsonReader reader, ArrayBufferWriter<byte> output, string? exceptMember)
    {
        var members = new List<Member>();
        var start = output.WrittenCount;
        var sorted = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var offset = output.WrittenCount;
            output.Write(members.Count == 0 ? "{"u8 : ","u8);
            WriteString(output, name);
            output.Write(":"u8);
            reader.Read();
            WriteValue(ref reader, output);
            sorted &= name != exceptMember && (members.Count == 0 || string.CompareOrdinal(members[^1].Name, name) < 0);
            members.Add(new Member(name, offset - start, output.WrittenCount - offset));
        }

        if (!sorted)
        {
            Sort(members, start, output, exceptMember);
        }

        output.Write(output.WrittenCount == start ? "{}"u8 : "}"u8);
    }

    private static void Sort(List<Member> members, int start, ArrayBufferWriter<byte> output, string? exceptMember)
    {
        members.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        for (var i = 1; i < members.Count; i++)
        {
            if (members[i].Name == members[i - 1].Name)
            {
                throw new CanonicalJsonException($"The member \"{members[i].Name}\" stands twice in one object.");
            }
        }

        var length = output.WrittenCount - start;
        var unsorted = ArrayPool<byte>.Shared.Rent(length);
        output.WrittenSpan[start..].CopyTo(unsorted);
        Rewind(output, start);
        var first = true;
        foreach (var member in members)
        {
            if (member.Name != exceptMember)
            {
                output.Write(first ? "{"u8 : ","u8);
                output.Write(unsorted.AsSpan(member.Offset + 1, member.Length - 1));
                first = false;
            }
        }

        ArrayPool<byte>.Shared.Return(unsorted);
    }

    private static void Rewind(ArrayBufferWriter<byte> output, int count)
    {
        // The writer can only be emptied, not cut; its memory survives ResetWrittenCount.
        output.ResetWrittenCount();
        output.Advance(count);
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> plain)
    {
        output.Write("\""u8);
        output.Write(plain);
        output.Write("\""u8);
    }

    private static void WriteUtf8(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        var target = output.GetSpan(text.Length * 3 + 1);
        if (Utf8.FromUtf16(text, target, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new CanonicalJsonException("A text holds half of a surrogate pair.");
        }

        output.Advance(written);
    }

    private static void WriteEscape(ArrayBufferWriter<byte> output, char character)
    {
        switch (character)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write("\\\\"u8); break;
            case '\b': output.Write("\\b"u8); break;
            case '\t': output.Write("\\t"u8); break;
            case '\n': output.Write("\\n"u8); break;
            case '\f': output.Write("\\f"u8); break;
            case '\r': output.Write("\\r"u8); break;
            default: output.Write(Encoding.ASCII.GetBytes($"\\u{(int)character:x4}")); break;
        }
    }

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create("\"\\" + new string([.. Enumerable.Range(0, 32).Select(code => (char)code)]));

    private readonly record struct Member(string Name, int Offset, int Length);
}
