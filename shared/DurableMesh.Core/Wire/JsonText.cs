using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Core.Wire;

/// <summary>
/// One JSON value of any kind, held as its canonical text (RFC 8785): equal values are equal texts and have equal hashes.
/// </summary>
[JsonConverter(typeof(JsonTextConverter))]
public sealed record JsonText
{
    private JsonText(string canonical) => Text = canonical;

    /// <summary>The value's canonical JSON text.</summary>
    public string Text { get; }

    /// <summary>The length of the value in canonical UTF-8, in bytes.</summary>
    [JsonIgnore]
    public int Size => Encoding.UTF8.GetByteCount(Text);

    /// <summary>The value in canonical UTF-8.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(Text);

    /// <summary>Wraps a plain text as a JSON string.</summary>
    /// <param name="text">The text; well-formed UTF-16.</param>
    /// <exception cref="CanonicalJsonException">The text holds half of a surrogate pair.</exception>
    public static JsonText OfString(string text) => new(CanonicalJson.Quote(text));

    /// <summary>Takes any JSON value.</summary>
    /// <param name="utf8">The value as UTF-8.</param>
    /// <exception cref="CanonicalJsonException">It is no JSON, or no interoperable JSON (RFC 7493).</exception>
    public static JsonText Parse(ReadOnlySpan<byte> utf8) => new(Encoding.UTF8.GetString(CanonicalJson.Canonicalize(utf8)));

    /// <summary>Takes what is canonical already, unchecked.</summary>
    /// <param name="utf8">The canonical text as UTF-8.</param>
    internal static JsonText OfCanonical(ReadOnlySpan<byte> utf8) => new(Encoding.UTF8.GetString(utf8));

    /// <summary>Takes a value out of a parsed document.</summary>
    /// <param name="element">The value.</param>
    /// <exception cref="CanonicalJsonException">It is no interoperable JSON (RFC 7493).</exception>
    public static JsonText Of(JsonElement element) => Parse(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>The text of a JSON string, or the JSON text of any other value: what a person wants to read.</summary>
    public string ToDisplayText()
    {
        using var document = JsonDocument.Parse(Text, CanonicalJson.DocumentOptions);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()! : Text;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>Reads any JSON value into a <see cref="JsonText"/> and writes it as it is.</summary>
public sealed class JsonTextConverter : JsonConverter<JsonText>
{
    /// <inheritdoc/>
    public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return JsonText.OfString(reader.GetString()!);
            }

            using var document = JsonDocument.ParseValue(ref reader);
            return JsonText.Of(document.RootElement);
        }
        catch (Exception e) when (e is CanonicalJsonException or InvalidOperationException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Text, skipInputValidation: true);
}
