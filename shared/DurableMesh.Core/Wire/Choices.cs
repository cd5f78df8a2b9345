using System.Text.Json;

namespace DurableMesh.Core.Wire;

/// <summary>The names of an enum's values on the wire.</summary>
internal static class Choices<TEnum>
    where TEnum : struct, Enum
{
    public static IReadOnlyDictionary<string, TEnum> ByName { get; } = Enum.GetValues<TEnum>().ToDictionary(
        value => JsonSerializer.SerializeToElement(value, MeshJson.Options).GetString()!);

    public static string List { get; } = string.Join(", ", ByName.Keys);

    private static readonly Dictionary<TEnum, string> Names = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string NameOf(TEnum value) => Names[value];
}
