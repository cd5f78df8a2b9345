using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>
/// The JSON of A2A: camelCase, enums as the protocol buffers name them, nothing that is null. What is not known is left out, for
/// a newer client may say more.
/// </summary>
public static class A2aJson
{
    private static readonly JsonSerializerOptions Options = Create();

    /// <summary>Writes.</summary>
    /// <param name="value">A record of A2A.</param>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, TypeInfo<T>());

    /// <summary>Makes an element of a record.</summary>
    /// <param name="value">A record of A2A.</param>
    public static JsonNode ToNode<T>(T value) => JsonSerializer.SerializeToNode(value, TypeInfo<T>())!;

    /// <summary>Reads.</summary>
    /// <param name="utf8">JSON.</param>
    /// <exception cref="A2aException">It is no JSON, or not of the shape.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8.Span, TypeInfo<T>()) ?? throw NotAnObject();
        }
        catch (JsonException e)
        {
            throw Wrong(e);
        }
    }

    /// <summary>Reads.</summary>
    /// <param name="element">JSON.</param>
    /// <exception cref="A2aException">It is not of the shape.</exception>
    public static T Read<T>(JsonElement element)
        where T : class
    {
        try
        {
            return element.Deserialize(TypeInfo<T>()) ?? throw NotAnObject();
        }
        catch (JsonException e)
        {
            throw Wrong(e);
        }
    }

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static A2aException NotAnObject() =>
        new(A2aError.InvalidParams("$", InputError.WrongType, "This must be a JSON object."));

    private static A2aException Wrong(JsonException e)
    {
        // The serializer names the .NET type, and nobody outside knows that.
        var path = e.Path is { Length: > 2 } known ? known[2..] : "$";
        return new A2aException(e.Path is null
            ? A2aError.InvalidParams("$", InputError.MalformedJson, "This is no JSON, or a name stands in it twice.")
            : A2aError.InvalidParams(path, InputError.WrongType, "This is not of the type that A2A 1.0 has here."));
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            AllowDuplicateProperties = false,
            TypeInfoResolver = A2aJsonContext.Default,
        };
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>The source-generated metadata of A2A's records; use it through <see cref="A2aJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(A2aTask))]
[JsonSerializable(typeof(A2aUpdate))]
[JsonSerializable(typeof(A2aTasksPage))]
[JsonSerializable(typeof(A2aSendRequest))]
[JsonSerializable(typeof(A2aTaskRequest))]
[JsonSerializable(typeof(A2aListRequest))]
[JsonSerializable(typeof(A2aPushRequest))]
[JsonSerializable(typeof(A2aPushConfig))]
[JsonSerializable(typeof(A2aPushConfigsPage))]
[JsonSerializable(typeof(A2aCard))]
[JsonSerializable(typeof(A2aEmpty))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class A2aJsonContext : JsonSerializerContext;
