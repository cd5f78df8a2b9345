using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>Writes a <see cref="TimeSpan"/> as an ISO 8601 duration (<c>PT30M</c>).</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Iso8601Duration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("A duration is written as ISO 8601, for instance \"PT30M\".");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Iso8601Duration.Format(value));
}

/// <summary>Writes an instant as ISO 8601 in UTC with <c>Z</c>, to the tick, without trailing zeros.</summary>
public sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
