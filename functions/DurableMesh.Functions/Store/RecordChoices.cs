using System.Text.Json;

namespace DurableMesh.Functions.Store;

/// <summary>An enum's values as the log writes them.</summary>
internal static class RecordChoices<TEnum>
    where TEnum : struct, Enum
{
    private static readonly (byte[] Name, TEnum Value)[] All = [.. Enum.GetValues<TEnum>().Select(value =>
        (JsonSerializer.SerializeToUtf8Bytes(value, AppJson.TypeInfo<TEnum>())[1..^1], value))];

    /// <summary>The next token's value; null where it is null.</summary>
    /// <exception cref="JsonException">It is no value of the enum.</exception>
    public static TEnum? Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        foreach (var (name, value) in All)
        {
            if (reader.ValueTextEquals(name))
            {
                return value;
            }
        }

        throw new JsonException($"There is no {typeof(TEnum).Name} {reader.GetString()}.");
    }
}
