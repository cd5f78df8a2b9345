using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>Reads the fields of a request.</summary>
internal static class JsonFields
{
    /// <summary>A text.</summary>
    /// <exception cref="FormatException">It is missing, or something else.</exception>
    public static string Text(this JsonObject of, string name) =>
        of[name] is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new FormatException($"{name}: a text is wanted");

    /// <summary>An object.</summary>
    /// <exception cref="FormatException">It is missing, or something else.</exception>
    public static JsonObject Object(this JsonObject of, string name) =>
        of[name] as JsonObject ?? throw new FormatException($"{name}: an object is wanted");

    /// <summary>A list of objects; empty where it is missing.</summary>
    /// <exception cref="FormatException">It holds something else.</exception>
    public static IEnumerable<JsonObject> List(this JsonObject of, string name) => of[name] switch
    {
        null => [],
        JsonArray list => list.Select(item => item as JsonObject ?? throw new FormatException($"{name}: objects are wanted")),
        _ => throw new FormatException($"{name}: a list is wanted"),
    };
}
