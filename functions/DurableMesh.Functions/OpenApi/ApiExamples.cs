using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// A request and an answer of each operation, as a test has recorded them of a real host: one resource for each operation, with
/// <c>request</c> and <c>answers</c> by status.
/// </summary>
internal static class ApiExamples
{
    private static readonly ConcurrentDictionary<string, JsonNode?> Known = new(StringComparer.Ordinal);

    /// <summary>A request's body; null where none was recorded.</summary>
    public static JsonNode? RequestOf(string operation) => Read(operation)?["request"]?.DeepClone();

    /// <summary>An answer's body; null where none was recorded.</summary>
    public static JsonNode? AnswerOf(string operation, int status) => Read(operation)?["answers"]?[$"{status}"]?.DeepClone();

    private static JsonNode? Read(string operation) => Known.GetOrAdd(operation, name =>
    {
        using var stream = typeof(ApiExamples).Assembly.GetManifestResourceStream($"OpenApi.{name}.json");
        return stream is null ? null : JsonNode.Parse(stream);
    });
}
