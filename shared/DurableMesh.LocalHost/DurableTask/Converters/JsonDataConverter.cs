using System.Text.Json;

namespace Microsoft.DurableTask.Converters;

/// <summary>Converts by System.Text.Json.</summary>
/// <param name="options">How; null for the serialiser's defaults with public fields included.</param>
public class JsonDataConverter(JsonSerializerOptions? options = null) : DataConverter
{
    private static readonly JsonSerializerOptions Defaults = new() { IncludeFields = true };

    private readonly JsonSerializerOptions _options = options ?? Defaults;

    /// <summary>The converter with the default options.</summary>
    public static JsonDataConverter Default { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The value's type cannot be written as JSON.</exception>
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, _options);

    /// <inheritdoc/>
    /// <exception cref="JsonException">The text is no JSON, or not for that type.</exception>
    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, _options);
}
