using System.Text.Json;

namespace DurableMesh.LocalHost;

/// <summary>A JSON file of settings, as configuration keys and values.</summary>
internal static class SettingsFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads the file's top object.</summary>
    /// <exception cref="FunctionAppException">It holds no JSON object; the message says in which line and column.</exception>
    public static JsonElement Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new FunctionAppException($"{path}: the file must hold a JSON object.");
        }
        catch (JsonException error)
        {
            throw new FunctionAppException(
                $"{path}, line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}: malformed JSON. {Reason(error)}",
                error);
        }
    }

    /// <summary>Every scalar below <paramref name="element"/>, its key the path to it joined by colons.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Flatten(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Flatten(member.Value, $"{path}:{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Flatten(item, $"{path}:{index}")),
        _ => [new(path, Scalar(element))],
    };

    public static string? Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => element.GetString(),
        _ => element.GetRawText(),
    };

    /// <summary>The parser's own message without the position that it appends, which counts from 0.</summary>
    private static string Reason(JsonException error) => error.Message.Split(" LineNumber:")[0];
}
