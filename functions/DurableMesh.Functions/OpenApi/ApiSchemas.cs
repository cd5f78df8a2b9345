using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// JSON schemas (2020-12) of wire types, from the metadata that the serializer itself uses. Each named type is a component of
/// its own. A type has another schema as input than in an answer: what an answer always has may be left out of a request, and
/// what a request does not know is a mistake.
/// </summary>
internal sealed class ApiSchemas(XmlDocs docs)
{
    /// <summary>How a component is referred to.</summary>
    public const string Prefix = "#/components/schemas/";

    /// <summary>
    /// A duration as the mesh reads and writes it. JSON Schema's own format of that name (RFC 3339) has no fractions of a second.
    /// </summary>
    public const string DurationPattern = @"^-?P(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$";

    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <summary>All components that were referred to.</summary>
    public IReadOnlyDictionary<string, JsonObject> Components => _components;

    /// <summary>The schema of a type: a reference, or what it is where it has no name of its own.</summary>
    public JsonObject Of(Type type, bool isInput = false) => Plain(type) ?? Reference(type, isInput);

    private JsonObject Reference(Type type, bool isInput)
    {
        var name = NameOf(type, isInput);
        if (_types.TryAdd(name, type))
        {
            _components[name] = [];
            _components[name] = Export(type, isInput);
        }
        else if (_types[name] != type)
        {
            throw new InvalidOperationException($"{type} and {_types[name]} are both called {name} on the wire.");
        }

        return new JsonObject { ["$ref"] = Prefix + name };
    }

    private static string NameOf(Type type, bool isInput) =>
        !isInput || type.IsEnum || type.Name.EndsWith("Request", StringComparison.Ordinal) || Special(type) is not null
            ? type.Name
            : type.Name + "Input";

    private static string NameOf(Type baseType, Type type, bool isInput) =>
        baseType.Name + type.Name + (isInput ? "Input" : "");

    private JsonObject Export(Type type, bool isInput)
    {
        if (Special(type) is { } special)
        {
            return Described(special, docs.Of(type));
        }

        var node = AppJson.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, schema) => Transform(context, schema, isInput),
        });
        return node.AsObject();
    }

    private JsonObject Transform(JsonSchemaExporterContext context, JsonNode node, bool isInput)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (context.BaseTypeInfo is { } baseInfo)
        {
            // Besides the record's own schema: as one of its base's it says which it is.
            var name = NameOf(baseInfo.Type, type, isInput);
            _components[name] = With(OfObject(context.TypeInfo, node.AsObject(), isInput), "type", "object");
            AddRequired(_components[name], baseInfo.PolymorphismOptions!.TypeDiscriminatorPropertyName);
            return new JsonObject { ["$ref"] = Prefix + name };
        }

        if (context.Path.IsEmpty)
        {
            return type.IsEnum ? OfEnum(type, node.AsObject()) : OfObject(context.TypeInfo, node.AsObject(), isInput);
        }

        var schema = PropertyOf(context) is (nameof(MeshEvent), nameof(MeshEvent.Data)) ? OfEventData() : Plain(type);
        if (schema is null && (type.IsEnum || context.TypeInfo.Kind == JsonTypeInfoKind.Object || Special(type) is not null))
        {
            schema = Reference(type, isInput);
        }

        schema ??= node is JsonObject known ? known : [];
        if (PropertyOf(context) is (nameof(MeshEvent), nameof(MeshEvent.Type)))
        {
            schema["examples"] = new JsonArray([.. EventTypes.All]);
        }

        if (IsNullable(context, isInput))
        {
            schema = OrNull(schema);
        }

        var property = context.PropertyInfo?.AttributeProvider as System.Reflection.PropertyInfo;
        return Described(schema, property is null ? null : docs.Of(property));
    }

    private static (string?, string?) PropertyOf(JsonSchemaExporterContext context) =>
        context.PropertyInfo?.AttributeProvider is System.Reflection.PropertyInfo property
            ? (property.DeclaringType!.Name, property.Name)
            : default;

    /// <summary>A null counts as absent in a request, so that whatever may be left out may be null.</summary>
    private static bool IsNullable(JsonSchemaExporterContext context, bool isInput) =>
        context.PropertyInfo is { } property
            && (property.IsGetNullable || property.IsSetNullable || (isInput && !MustStand(property)));

    private static JsonObject OrNull(JsonObject schema) => schema switch
    {
        _ when !schema.ContainsKey("type") && !schema.ContainsKey("$ref") && !schema.ContainsKey("oneOf") => schema,
        _ when schema["type"] is JsonValue type => With(schema, "type", new JsonArray(type.GetValue<string>(), "null")),
        _ when schema["type"] is JsonArray => schema,
        _ => new JsonObject { ["oneOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) },
    };

    private static JsonObject With(JsonObject schema, string name, JsonNode value)
    {
        schema[name] = value;
        return schema;
    }

    private static JsonObject Described(JsonObject schema, string? description) =>
        description is null ? schema : With(schema, "description", description);

    private JsonObject OfEnum(Type type, JsonObject schema)
    {
        schema["type"] = "string";
        var values = schema["enum"]!.AsArray().Select(value => value!.GetValue<string>());
        var lines = values.Zip(Enum.GetNames(type), (value, name) => $"- `{value}`: {docs.Of(type, name) ?? name}");
        return Described(schema, $"{docs.Of(type)}\n\n{string.Join('\n', lines)}");
    }

    private JsonObject OfObject(JsonTypeInfo info, JsonObject schema, bool isInput)
    {
        Described(schema, docs.Of(info.Type));
        if (schema["anyOf"] is not null && info.PolymorphismOptions is { } kinds)
        {
            schema["discriminator"] = new JsonObject
            {
                ["propertyName"] = kinds.TypeDiscriminatorPropertyName,
                ["mapping"] = new JsonObject(kinds.DerivedTypes.Select(one => KeyValuePair.Create(
                    $"{one.TypeDiscriminator}", (JsonNode?)(Prefix + NameOf(info.Type, one.DerivedType, isInput))))),
            };
        }

        if (schema["properties"] is not JsonObject properties)
        {
            return schema;
        }

        schema["type"] = "object";
        schema.Remove("required");
        foreach (var property in info.Properties.Where(isInput ? MustStand : IsAlwaysWritten))
        {
            // What is never written is no property.
            if (properties.ContainsKey(property.Name))
            {
                AddRequired(schema, property.Name);
            }
        }

        if (isInput)
        {
            schema["additionalProperties"] = false;
        }

        return schema;
    }

    private static void AddRequired(JsonObject schema, string name)
    {
        var required = schema["required"] as JsonArray ?? [];
        schema["required"] = required;
        required.Add(name);
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is not [JsonIgnoreAttribute];

    /// <summary>Whether a request must have it: as the type says, but for what its reader fills in.</summary>
    private static bool MustStand(JsonPropertyInfo property)
    {
        var (type, name) = (property.DeclaringType, property.Name);
        return RequestShapes.MustStand.Contains((type, name)) || (!RequestShapes.MayBeLeftOut.Contains((type, name))
            && (property.IsRequired || property.AssociatedParameter is
            { HasDefaultValue: false, IsNullable: false, IsMemberInitializer: false }));
    }

    private JsonObject OfEventData() => new()
    {
        ["anyOf"] = new JsonArray(
        [
            .. ((Type[])[typeof(ThreadHead), typeof(MessageHead), typeof(LimitHead), typeof(AgentHead), typeof(MissionTask)])
                .Select(type => Reference(type, isInput: false)),
        ]),
    };

    /// <summary>The schema of a type that has no name of its own on the wire.</summary>
    private static JsonObject? Plain(Type type) =>
        type == typeof(TimeSpan) ? Duration()
            : type == typeof(DateTimeOffset) ? Text("date-time")
            : type == typeof(DateOnly) ? Text("date")
            : type == typeof(string) ? new JsonObject { ["type"] = "string" }
            : type == typeof(int) || type == typeof(long) ? new JsonObject { ["type"] = "integer" }
            : type == typeof(decimal) || type == typeof(double) ? new JsonObject { ["type"] = "number" }
            : type == typeof(bool) ? new JsonObject { ["type"] = "boolean" }
            : type == typeof(JsonText) ? new JsonObject { ["description"] = "Any JSON value." }
            : null;

    private static JsonObject Duration() => new()
    {
        ["type"] = "string",
        ["pattern"] = DurationPattern,
        ["description"] = "An ISO 8601 duration, for instance PT30M.",
    };

    private static JsonObject Text(string format, string? description = null) =>
        Described(new JsonObject { ["type"] = "string", ["format"] = format }, description);

    /// <summary>The schema of a type that writes itself.</summary>
    private static JsonObject? Special(Type type) =>
        type == typeof(AgentAdapter) ? OfAdapter()
            : type == typeof(Subject) ? new JsonObject { ["type"] = "string", ["pattern"] = "^(agent|operator):." }
            : type == typeof(RedactionCounts) ? new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
            }
            : null;

    private static JsonObject OfAdapter() => new()
    {
        ["oneOf"] = new JsonArray(
            new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("pull", "inbox", "webhook", "chat", "a2a") },
            new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("kind"),
                ["properties"] = new JsonObject
                {
                    ["kind"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("pull", "webhook", "chat", "a2a") },
                    ["url"] = Described(Text("uri"), "Where the agent listens; of webhook and a2a."),
                    ["provider"] = new JsonObject
                    {
                        ["type"] = "string",
                        ["description"] = "The provider's name in the host's settings; of chat.",
                    },
                    ["maxOutputTokens"] = new JsonObject
                    {
                        ["type"] = "integer",
                        ["description"] = "The longest answer of a model, in tokens; of chat.",
                    },
                    ["maxCostUsd"] = new JsonObject
                    {
                        ["type"] = "number",
                        ["description"] = "The most that one call can cost, in US dollars; of webhook and a2a.",
                    },
                },
                ["additionalProperties"] = false,
            }),
    };
}
