using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>One place where two JSON values differ.</summary>
/// <param name="Path">The place, for instance <c>usage.total.costUsd</c>.</param>
/// <param name="Expected">What had to be there; null for nothing.</param>
/// <param name="Found">What is there; null for nothing.</param>
internal sealed record JsonDifference(string Path, string? Expected, string? Found)
{
    private const int MaxLength = 200;

    /// <summary>Compares two values in canonical form; empty where they are equal.</summary>
    public static IReadOnlyList<JsonDifference> Between(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> found)
    {
        if (expected.Span.SequenceEqual(found.Span))
        {
            return [];
        }

        using var left = JsonDocument.Parse(expected, CanonicalJson.DocumentOptions);
        using var right = JsonDocument.Parse(found, CanonicalJson.DocumentOptions);
        return [.. Between(left.RootElement, right.RootElement, "")];
    }

    private static IEnumerable<JsonDifference> Between(JsonElement expected, JsonElement found, string path)
    {
        if (expected.ValueKind == JsonValueKind.Object && found.ValueKind == JsonValueKind.Object)
        {
            return BetweenObjects(expected, found, path);
        }

        if (expected.ValueKind == JsonValueKind.Array && found.ValueKind == JsonValueKind.Array
            && expected.GetArrayLength() == found.GetArrayLength())
        {
            return Enumerable.Range(0, found.GetArrayLength()).SelectMany(i => Between(expected[i], found[i], $"{path}[{i}]"));
        }

        return expected.GetRawText() == found.GetRawText() ? [] : [new JsonDifference(path, Text(expected), Text(found))];
    }

    private static IEnumerable<JsonDifference> BetweenObjects(JsonElement expected, JsonElement found, string path)
    {
        foreach (var member in expected.EnumerateObject())
        {
            var memberPath = Join(path, member.Name);
            var differences = found.TryGetProperty(member.Name, out var other)
                ? Between(member.Value, other, memberPath)
                : [new JsonDifference(memberPath, Text(member.Value), null)];
            foreach (var difference in differences)
            {
                yield return difference;
            }
        }

        foreach (var member in found.EnumerateObject())
        {
            if (!expected.TryGetProperty(member.Name, out _))
            {
                yield return new JsonDifference(Join(path, member.Name), null, Text(member.Value));
            }
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Text(JsonElement element) => Shorten(element.GetRawText());

    /// <summary>A value as a finding shows it.</summary>
    internal static string Shorten(string text) => WholeText.Shorten(text, MaxLength);
}
