using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.OpenApi;
using Json.Schema;

namespace DurableMesh.Tests.Functions.OpenApi;

/// <summary>
/// Holds requests and answers against the description of the API, more strictly than it asks of clients: a field, a code or a
/// header that is not described is a fault.
/// </summary>
internal static class ApiConformance
{
    private const int MostFaults = 20;
    private const string Components = "https://durablemesh.test/components";
    private static readonly string[] VersionHeaders = ["ETag", "Location", "Retry-After", "WWW-Authenticate"];
    private static readonly Lazy<ApiIndex> Index = new(() => new ApiIndex());

    /// <summary>The route that a request goes to; null where it is none of the API's.</summary>
    public static string? RouteOf(string method, string path) => Index.Value.Find(method, path)?.Id;

    /// <summary>Fails the test where a request or its answer is not as it is described.</summary>
    public static void Check(ApiExchange exchange)
    {
        string[] faults = [.. FaultsOf(exchange)];
        Assert.True(
            faults.Length == 0,
            $"{exchange.Method} {exchange.Path} is not as the API's description (OpenApi/Operations) says:{Environment.NewLine}"
                + string.Join(Environment.NewLine, faults));
    }

    /// <summary>What is not as it is described.</summary>
    public static IEnumerable<string> FaultsOf(ApiExchange exchange)
    {
        if (!exchange.Path.StartsWith("/api/", StringComparison.Ordinal))
        {
            return [];
        }

        // The host itself answers for what is no route, or another method.
        return Index.Value.Find(exchange.Method, exchange.Path) is { } route ? Index.Value.FaultsOf(route, exchange)
            : exchange.Status is 404 or 405 ? []
            : [$"The route is not described, and answers {exchange.Status}."];
    }

    private sealed class ApiIndex
    {
        private readonly ILookup<(string, int), ApiRoute> _routes = ApiDocument.Current.Routes.ToLookup(
            route => (route.Method.ToUpperInvariant(), route.Path.Count(one => one == '/')));

        private readonly BuildOptions _build = new() { SchemaRegistry = new SchemaRegistry() };
        private readonly Dictionary<string, JsonSchema> _schemas = new(StringComparer.Ordinal);
        private readonly Lock _lock = new();

        public ApiIndex()
        {
            JsonObject all = ApiDocument.Current.Root["components"]!["schemas"]!.DeepClone().AsObject();
            foreach ((string name, JsonNode? schema) in all)
            {
                // A problem may have more (RFC 9457): the local host says whom to ask instead.
                Close(schema!.AsObject(), isOpen: name == nameof(Problem));
            }

            JsonSchema.FromText(
                new JsonObject { ["$id"] = Components, ["$defs"] = Moved(all) }.ToJsonString(), _build);
        }

        public ApiRoute? Find(string method, string path)
        {
            string[] parts = path.Split('?')[0].TrimEnd('/').Split('/');
            return _routes[(method.ToUpperInvariant(), parts.Length - 1)]
                .Where(route => route.Path.Split('/').Zip(parts)
                    .All(pair => pair.First.StartsWith('{') || pair.First == pair.Second))
                .MinBy(route => route.PathParameters.Count);
        }

        public IEnumerable<string> FaultsOf(ApiRoute route, ApiExchange exchange)
        {
            JsonNode operation = ApiDocument.Current.Root["paths"]![route.Path]![route.Method]!;
            if (exchange is { Status: < 300, Sent.Length: > 0 }
                && operation["requestBody"]?["content"]?[ApiMediaTypes.Json] is { } body)
            {
                foreach (string fault in Faults($"{route.Id} request", body["schema"]!, exchange.Sent))
                {
                    yield return $"The request: {fault}";
                }
            }

            JsonNode? response = operation["responses"]![$"{exchange.Status}"];
            if ((string?)response?["$ref"] is { } reference)
            {
                response = ApiDocument.Current.Root["components"]!["responses"]![reference.Split('/')[^1]];
            }

            if (response is null)
            {
                yield return $"The status {exchange.Status} is not described.";
                yield break;
            }

            var headers = VersionHeaders.Where(exchange.Headers.Contains);
            foreach (string header in headers.Where(one => response["headers"]?[one] is null))
            {
                yield return $"The header {header} of {exchange.Status} is not described.";
            }

            foreach (string fault in BodyFaults(route, exchange, response))
            {
                yield return $"The answer {exchange.Status}: {fault}";
            }
        }

        private IEnumerable<string> BodyFaults(ApiRoute route, ApiExchange exchange, JsonNode response)
        {
            string? type = exchange.ContentType?.Split(';')[0].Trim();
            if (type is null || exchange.Answered is null)
            {
                return response["content"] is not null && exchange.Answered is { Length: 0 } && exchange.Status is not 409
                    ? ["there is no body."]
                    : [];
            }

            return response["content"]?[type] is not { } content ? [$"the type {type} is not described."]
                : type is not (ApiMediaTypes.Json or Problem.MediaType) ? []
                : [.. Faults($"{route.Id} {exchange.Status} {type}", content["schema"]!, exchange.Answered),
                    .. type == Problem.MediaType ? CodeFaults(exchange.Answered, response) : []];
        }

        private static IEnumerable<string> CodeFaults(byte[] answered, JsonNode response)
        {
            string? code = (string?)JsonNode.Parse(answered)?["code"];
            return response["x-codes"]!.AsArray().Any(one => (string?)one == code) ? [] : [$"the code {code} is not described."];
        }

        private IEnumerable<string> Faults(string name, JsonNode schema, byte[] utf8)
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            JsonSchema compiled = SchemaOf(name, schema);
            if (compiled.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.Flag }).IsValid)
            {
                return [];
            }

            EvaluationResults all = compiled.Evaluate(
                document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });

            // Of a choice most ways always fail; what fails beside it says more.
            string[] faults = [.. (all.Details ?? []).Where(one => one.Errors is not null).SelectMany(
                one => one.Errors!.Select(error => $"{one.InstanceLocation}: {error.Value} ({one.EvaluationPath})"))];
            string[] certain = [.. faults.Where(fault => !fault.Contains("Of/", StringComparison.Ordinal))];
            return (certain.Length > 0 ? certain : faults).Take(MostFaults);
        }

        private JsonSchema SchemaOf(string name, JsonNode schema)
        {
            lock (_lock)
            {
                if (!_schemas.TryGetValue(name, out JsonSchema? known))
                {
                    known = JsonSchema.FromText(Moved(schema.DeepClone()).ToJsonString(), _build);
                    _schemas[name] = known;
                }

                return known;
            }
        }

        /// <summary>Refuses fields that are not described.</summary>
        private static void Close(JsonObject schema, bool isOpen)
        {
            // OpenAPI's own word, which no validator of JSON Schema knows.
            schema.Remove("discriminator");
            if (schema["properties"] is not null && schema["anyOf"] is null && !isOpen)
            {
                schema["additionalProperties"] = false;
            }

            foreach (JsonNode? branch in schema["anyOf"] as JsonArray ?? [])
            {
                Close(branch!.AsObject(), isOpen);
            }
        }

        /// <summary>References to where this class keeps the components.</summary>
        private static JsonNode Moved(JsonNode node)
        {
            IEnumerable<JsonNode?> parts = node is JsonObject one ? one.Select(field => field.Value) : node as JsonArray ?? [];
            foreach (JsonNode? inner in parts)
            {
                if (inner is not null)
                {
                    Moved(inner);
                }
            }

            if (node is JsonObject schema && schema["$ref"] is JsonValue reference)
            {
                string name = ((string)reference!)[ApiSchemas.Prefix.Length..];
                schema["$ref"] = $"{Components}#/$defs/{name}";
            }

            return node;
        }
    }
}

/// <summary>A request and its answer.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with or without a query.</param>
/// <param name="Sent">The request's body.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Headers">The names of the answer's headers.</param>
/// <param name="ContentType">The type of the answer's body; null where there is none.</param>
/// <param name="Answered">The answer's body; null where nobody looks at it.</param>
internal sealed record ApiExchange(
    string Method, string Path, byte[]? Sent, int Status, IReadOnlySet<string> Headers, string? ContentType, byte[]? Answered);
