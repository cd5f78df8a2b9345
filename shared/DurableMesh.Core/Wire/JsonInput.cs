using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace DurableMesh.Core.Wire;

/// <summary>From bytes to a JSON object that can be read field by field, or to what is wrong with the bytes.</summary>
internal static class JsonInput
{
    /// <summary>
    /// The deepest nesting of an input. A body is nested deeper again in its envelope, its transcript entry and the evidence
    /// file, which are read with <see cref="Evidence.CanonicalJson.MaxDepth"/>.
    /// </summary>
    private const int MaxDepth = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads one JSON object strictly; total: whatever the bytes are, the result says it.</summary>
    public static ReadResult<T> Read<T>(ReadOnlyMemory<byte> utf8, Func<ObjectReader, T?> read)
        where T : class
    {
        var errors = new InputErrors();
        utf8 = WithoutByteOrderMark(utf8);
        using var document = Parse(utf8, errors);
        if (document is not null && ObjectReader.Of(document.RootElement, "", errors) is { } reader)
        {
            var value = read(reader);
            reader.RejectUnknown();
            return new ReadResult<T>(errors.Any ? null : value, errors.All);
        }

        return new ReadResult<T>(null, errors.All);
    }

    /// <summary>What some editors put before a text is no part of it.</summary>
    public static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;

    private static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, InputErrors errors)
    {
        if (utf8.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            errors.Add("", InputError.MalformedJson, "There is no content; send a JSON object.");
            return null;
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            errors.Add("", InputError.MalformedJson, "The content is not valid UTF-8; send JSON in UTF-8.");
            return null;
        }

        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e) when (IsTooDeep(utf8.Span))
        {
            errors.Add("", InputError.TooDeep, $"At {Place(e)} this is nested deeper than {MaxDepth} levels; flatten it.");
        }
        catch (JsonException e)
        {
            errors.Add("", InputError.MalformedJson, $"This is no JSON from {Place(e)} on: {Reason(e)}");
        }

        return null;
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= MaxDepth)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Malformed before it became too deep.
        }

        return false;
    }

    private static string Place(JsonException e) =>
        string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}");

    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
