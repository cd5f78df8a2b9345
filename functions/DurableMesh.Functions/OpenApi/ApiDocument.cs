using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.OpenApi.Operations;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// The HTTP API as an OpenAPI 3.1 document. It is made when somebody first asks for it: from the functions' attributes, the
/// described operations, the serializer's metadata, the XML docs, and examples that a test has recorded of a real host.
/// </summary>
internal sealed class ApiDocument
{
    private const string Key = "key";
    private static readonly Lazy<ApiDocument> Made = new(() => new ApiDocument());
    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _responses = [];
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly ApiSchemas _schemas = new(new XmlDocs());

    private ApiDocument()
    {
        Routes = [.. ApiRoute.All()];
        Root = Build();
        Utf8 = JsonSerializer.SerializeToUtf8Bytes(Root, Written);
    }

    /// <summary>The document of this build.</summary>
    public static ApiDocument Current => Made.Value;

    /// <summary>The routes that it describes.</summary>
    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>The document.</summary>
    public JsonObject Root { get; }

    /// <summary>The document as it is sent.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    private JsonObject Build()
    {
        var paths = new JsonObject();
        foreach (var routes in Routes.GroupBy(route => route.Path))
        {
            paths[routes.Key] = new JsonObject(
                routes.Select(route => KeyValuePair.Create(route.Method, (JsonNode?)OperationOf(route))));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base",
            ["info"] = Info(),
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "The host that this comes from." }),
            ["security"] = new JsonArray(new JsonObject { [Key] = new JsonArray() }),
            ["tags"] = new JsonArray(
            [
                .. EventOperations.All.Select(group => new JsonObject
                {
                    ["name"] = group.Name,
                    ["description"] = group.Description,
                }),
            ]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(_schemas.Components.Select(
                    schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value))),
                ["responses"] = _responses,
                ["securitySchemes"] = new JsonObject
                {
                    [Key] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "dmk_…",
                        ["description"] = "An agent's or an operator's key. An open host, on a developer's machine, wants none.",
                    },
                },
            },
        };
    }

    private static JsonObject Info() => new()
    {
        ["title"] = "DurableMesh",
        ["version"] = typeof(ApiDocument).Assembly.GetName().Version!.ToString(3),
        ["summary"] = "Bounded, durable, checkable dialogues between agents.",
        ["description"] = "JSON, camelCase, UTF-8; durations ISO 8601 (PT30M), instants ISO 8601 UTC, money a number of US "
            + "dollars. A field that is not known is a mistake, and a null counts as absent. Errors are RFC 9457 problems with a stable "
            + "code; the codes of an answer stand in x-codes.",
        ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
    };

    private JsonObject OperationOf(ApiRoute route)
    {
        var operation = route.Operation;
        var parameters = route.PathParameters.Select(name => PathParameter(route, name))
            .Concat(operation.Query.Select(one => Parameter(one, "query")))
            .Concat(operation.Headers.Select(one => Parameter(one, "header")))
            .ToArray<JsonNode>();
        var made = new JsonObject
        {
            ["operationId"] = route.Id,
            ["tags"] = new JsonArray(route.Group.Name),
            ["summary"] = operation.Summary,
        };
        AddIf(made, "description", operation.Remarks);
        if (operation.IsPublic)
        {
            made["security"] = new JsonArray();
        }

        AddIf(made, "parameters", parameters.Length == 0 ? null : new JsonArray(parameters));
        AddIf(made, "requestBody", operation.Body is { } body ? BodyOf(route, body) : null);
        made["responses"] = ResponsesOf(route);
        return made;
    }

    private static JsonObject PathParameter(ApiRoute route, string name) => new()
    {
        ["name"] = name,
        ["in"] = "path",
        ["required"] = true,
        ["description"] = route.Group.Path[name],
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private JsonObject Parameter(ApiParameter parameter, string place)
    {
        var schema = _schemas.Of(parameter.Type);
        AddIf(schema, "minimum", parameter.Least);
        AddIf(schema, "maximum", parameter.Most is int.MaxValue ? null : parameter.Most);
        AddIf(schema, "default", parameter.Otherwise);
        var made = new JsonObject { ["name"] = parameter.Name, ["in"] = place, ["description"] = parameter.Description };
        if (parameter.IsRequired)
        {
            made["required"] = true;
        }

        if (parameter.IsList)
        {
            made["explode"] = true;
        }

        made["schema"] = parameter.IsList ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema;
        return made;
    }

    private JsonObject BodyOf(ApiRoute route, ApiBody body)
    {
        var content = body.Type is { } type
            ? new JsonObject { ["schema"] = _schemas.Of(type, isInput: true) }
            : new JsonObject { ["schema"] = Bytes() };
        AddIf(content, "example", body.Type is null ? null : ApiExamples.RequestOf(route.Id));
        return new JsonObject
        {
            ["required"] = true,
            ["content"] = new JsonObject
            {
                [body.Type is null ? "application/octet-stream" : ApiMediaTypes.Json] = content,
            },
        };
    }

    private JsonObject ResponsesOf(ApiRoute route)
    {
        var responses = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var answer in route.Operation.Answers)
        {
            responses[$"{answer.Status}"] = AnswerOf(route, answer);
        }

        foreach (var problems in route.Codes.Select(code => ProblemCatalogue.All[code]).GroupBy(problem => problem.Status))
        {
            var name = $"{problems.Key}";
            responses.TryGetValue(name, out var besides);
            responses[name] = besides is null ? Shared(problems.Key, [.. problems]) : ProblemsOf([.. problems], besides);
        }

        return new JsonObject(responses.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));
    }

    private JsonObject AnswerOf(ApiRoute route, ApiAnswer answer)
    {
        var made = new JsonObject { ["description"] = answer.Description };
        AddIf(made, "headers", HeadersOf(answer.Headers));
        var content = new JsonObject();
        if (answer.Type is { } type)
        {
            var json = new JsonObject
            {
                ["schema"] = type == typeof(JsonObject) ? new JsonObject { ["type"] = "object" } : _schemas.Of(type),
            };
            AddIf(json, "example", ApiExamples.AnswerOf(route.Id, answer.Status));
            content[ApiMediaTypes.Json] = json;
        }

        if (answer.OtherMediaType is { } other)
        {
            content[other] = new JsonObject
            {
                ["schema"] = other.StartsWith("text/", StringComparison.Ordinal) ? _schemas.Of(typeof(string)) : Bytes(),
            };
        }

        AddIf(made, "content", content.Count == 0 ? null : content);
        return made;
    }

    /// <summary>Problems that several routes have alike stand once.</summary>
    private JsonObject Shared(int status, Problem[] problems)
    {
        var made = ProblemsOf(problems, besides: null);
        var text = made.ToJsonString();
        var name = _shared.FirstOrDefault(one => one.Value == text).Key;
        if (name is null)
        {
            var kind = $"problems-{status}-";
            name = $"{kind}{_shared.Keys.Count(key => key.StartsWith(kind, StringComparison.Ordinal)) + 1}";
            _shared[name] = text;
            _responses[name] = made;
        }

        return new JsonObject { ["$ref"] = $"#/components/responses/{name}" };
    }

    private JsonObject ProblemsOf(Problem[] problems, JsonObject? besides)
    {
        var codes = problems.Select(problem => problem.Code).ToArray();
        var words = $"A problem: {string.Join(", ", codes.Select(code => $"`{code}`"))}.";
        var made = besides ?? [];
        made["description"] = besides is null ? words : $"{(string)besides["description"]!} Or a problem{words[9..]}";
        made["x-codes"] = new JsonArray([.. codes]);
        IReadOnlyList<string> headers = problems[0].Status switch
        {
            401 => ["WWW-Authenticate"],
            429 or 503 => ["Retry-After"],
            _ => [],
        };
        if (HeadersOf(headers) is { } described)
        {
            made["headers"] = described;
        }

        var content = made["content"] as JsonObject ?? [];
        content[Problem.MediaType] = new JsonObject
        {
            ["schema"] = _schemas.Of(typeof(Problem)),
            ["example"] = JsonSerializer.SerializeToNode(problems[0], AppJson.TypeInfo<Problem>()),
        };
        made["content"] = content;
        return made;
    }

    private static JsonObject? HeadersOf(IReadOnlyList<string> names) => names.Count == 0 ? null : new JsonObject(
        names.Select(name => KeyValuePair.Create(name, (JsonNode?)new JsonObject
        {
            ["description"] = ApiMediaTypes.Headers[name],
            ["schema"] = new JsonObject { ["type"] = name == "Retry-After" ? "integer" : "string" },
        })));

    private static JsonObject Bytes() => new() { ["type"] = "string", ["format"] = "binary" };

    private static void AddIf(JsonObject made, string name, JsonNode? value)
    {
        if (value is not null)
        {
            made[name] = value;
        }
    }
}

/// <summary>Names of media types and headers.</summary>
internal static class ApiMediaTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "application/json";

    /// <summary>The headers of answers, and what they say.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>
    {
        ["Cache-Control"] = "How long who asked may keep it.",
        ["Content-Disposition"] = "It is a download, called like its hash.",
        ["ETag"] = "Its version, for If-Match and If-None-Match.",
        ["Location"] = "Where it is, under the mesh's address.",
        ["Retry-After"] = "After how many seconds to try again.",
        ["WWW-Authenticate"] = "Bearer.",
    };
}
