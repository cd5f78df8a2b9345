using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.TaskHub.History;

/// <summary>
/// History events as text that people read and compare: one event a line, as JSON, and the JSON that an event carries (inputs,
/// results) within it as it is, byte for byte, so that a line makes the same event again.
/// </summary>
/// <remarks>
/// Stack traces stay out: they hold the paths of the machine that recorded them, and no orchestrator may depend on them.
/// </remarks>
internal static class HistoryText
{
    private static readonly string[] Payloads = ["input", "result", "output", "status"];

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new PropertyValue() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameTheEvents, EmbedPayloads, LeaveOutStackTraces } },
    };

    /// <summary>All kinds of events.</summary>
    public static IEnumerable<Type> Kinds { get; } =
        [.. typeof(HistoryEvent).Assembly.GetTypes().Where(type => type.BaseType == typeof(HistoryEvent))];

    /// <summary>One line per event.</summary>
    public static IEnumerable<string> Write(IEnumerable<HistoryEvent> events) =>
        events.Select(fact => JsonSerializer.Serialize(fact, Options));

    /// <summary>The events of lines.</summary>
    public static IReadOnlyList<HistoryEvent> Read(IEnumerable<string> lines) =>
        [.. lines.Select(line => JsonSerializer.Deserialize<HistoryEvent>(line, Options)!)];

    private static void NameTheEvents(JsonTypeInfo type)
    {
        if (type.Type == typeof(HistoryEvent))
        {
            type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "event" };
            foreach (Type kind in Kinds)
            {
                type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(kind, kind.Name));
            }
        }
    }

    private static void EmbedPayloads(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (type.Type.IsAssignableTo(typeof(HistoryEvent)) && Payloads.Contains(property.Name))
            {
                property.CustomConverter = new EmbeddedJson();
            }
        }
    }

    private static void LeaveOutStackTraces(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (type.Type == typeof(TaskFailureDetails) && property.Name == "stackTrace")
            {
                property.ShouldSerialize = (_, _) => false;
            }
        }
    }

    /// <summary>A property of a failure: text, a number, a flag, a map or a list.</summary>
    private sealed class PropertyValue : JsonConverter<object>
    {
        public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number => reader.GetDouble(),
                JsonTokenType.True or JsonTokenType.False => reader.GetBoolean(),
                JsonTokenType.StartArray => JsonSerializer.Deserialize<List<object?>>(ref reader, options),
                _ => JsonSerializer.Deserialize<Dictionary<string, object?>>(ref reader, options),
            };

        public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, value.GetType(), options);
    }

    /// <summary>A string that holds JSON. No string is no member; the text "null" is the member null.</summary>
    private sealed class EmbeddedJson : JsonConverter<string>
    {
        public override bool HandleNull => true;

        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.GetRawText();
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value);
    }
}
