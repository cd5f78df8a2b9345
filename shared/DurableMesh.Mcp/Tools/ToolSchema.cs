using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Mcp.Tools;

/// <summary>The schemas of the tools, as every client can read them, and in words.</summary>
internal static class ToolSchema
{
    /// <summary>
    /// Without null: what is not there is left out, in arguments and in answers, and not every model's provider takes a type that
    /// is a list.
    /// </summary>
    public static JsonElement WithoutNull(JsonElement schema, bool isInput)
    {
        var node = JsonNode.Parse(schema.GetRawText())!.AsObject();
        Strip(node);
        if (isInput)
        {
            node["additionalProperties"] = false;
        }

        return JsonSerializer.SerializeToElement(node);
    }

    /// <summary>The arguments that a tool takes, in a line.</summary>
    public static string InWords(JsonElement schema)
    {
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        return string.Join(", ", Properties(schema).Select(property =>
            $"{property.Name}{(required.Contains(property.Name) ? "" : "?")}: {TypeOf(property.Value)}"));
    }

    /// <summary>Whether a tool takes an argument.</summary>
    public static bool Takes(JsonElement schema, string argument) =>
        Properties(schema).Any(property => property.NameEquals(argument));

    private static string TypeOf(JsonElement schema) =>
        schema.TryGetProperty("enum", out var values)
            ? string.Join('|', values.EnumerateArray().Select(value => value.GetString()))
        : schema.TryGetProperty("items", out var items) ? $"[{TypeOf(items)}]"
        : schema.TryGetProperty("properties", out _) ? $"{{{InWords(schema)}}}"
        : schema.TryGetProperty("type", out var type) ? type.GetString()!
        : "any";

    private static JsonElement.ObjectEnumerator Properties(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default;

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Strip(item);
            }
        }

        if (node is not JsonObject schema)
        {
            return;
        }

        if (schema["type"] is JsonArray types && types.FirstOrDefault(type => (string?)type != "null") is { } type)
        {
            schema["type"] = type.DeepClone();
        }

        if (schema["enum"] is JsonArray values)
        {
            schema["enum"] = new JsonArray([.. values.Where(value => value is not null).Select(value => value!.DeepClone())]);
        }

        if (schema.TryGetPropertyValue("default", out var standard) && standard is null)
        {
            schema.Remove("default");
        }

        foreach (var (_, part) in schema.ToList())
        {
            Strip(part);
        }
    }
}
