using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Functions.OpenApi;
using DurableMesh.Tests.Functions.OpenApi;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// Keeps the exchanges of a tour, and makes of them the examples of the API's description: without keys, and no longer than a
/// reader wants them.
/// </summary>
internal sealed partial class ApiRecorder
{
    private const string Itself = "getOpenApi";
    private const int LongestText = 200;
    private const int MostItems = 1;

    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly ConcurrentQueue<(string Operation, ApiExchange Exchange)> _heard = new();

    /// <summary>What was heard of an operation and a status, at least once.</summary>
    public IReadOnlySet<(string Operation, int Status)> Heard =>
        _heard.Select(one => (one.Operation, one.Exchange.Status)).ToHashSet();

    /// <summary>What was not as it is described.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    public void Hear(ApiExchange exchange)
    {
        foreach (string fault in ApiConformance.FaultsOf(exchange))
        {
            Faults.Enqueue($"{exchange.Method} {exchange.Path}: {fault}");
        }

        if (ApiConformance.RouteOf(exchange.Method, exchange.Path) is { } operation)
        {
            _heard.Enqueue((operation, exchange));
        }
    }

    /// <summary>Writes the examples over those that the app embeds.</summary>
    public void Write(string folder)
    {
        var wellDone = _heard.Where(one => one.Exchange.Status < 300);
        foreach (var exchanges in wellDone.GroupBy(one => one.Operation, one => one.Exchange))
        {
            var example = new JsonObject();
            if (exchanges.Select(one => one.Sent).FirstOrDefault(sent => sent is [(byte)'{', ..]) is { } request)
            {
                example["request"] = Shown(JsonNode.Parse(request));
            }

            var answers = exchanges.Where(one => one.Answered?.Length > 0 && IsJson(one.ContentType))
                .GroupBy(one => one.Status)
                .Select(same => KeyValuePair.Create($"{same.Key}", Shown(JsonNode.Parse(same.First().Answered))));
            example["answers"] = new JsonObject(answers);
            if (exchanges.Key != Itself && example["answers"]!.AsObject().Count > 0)
            {
                File.WriteAllText(Path.Combine(folder, $"{exchanges.Key}.json"), example.ToJsonString(Written) + "\n");
            }
        }
    }

    private static bool IsJson(string? type) => type?.Contains("json", StringComparison.Ordinal) == true;

    private static JsonNode? Shown(JsonNode? node) => node switch
    {
        JsonObject one => new JsonObject(one.Select(field => KeyValuePair.Create(field.Key, Shown(field.Value)))),
        JsonArray list => new JsonArray([.. list.Take(MostItems).Select(Shown)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Shown(value.GetValue<string>()),
        _ => node?.DeepClone(),
    };

    private static JsonValue Shown(string text)
    {
        text = Port().Replace(Secret().Replace(text, "$1…"), "127.0.0.1:7071");
        return JsonValue.Create(text.Length <= LongestText ? text : text[..LongestText] + "…");
    }

    [GeneratedRegex(@"\b(dmk_|whsec_|code=)[A-Za-z0-9_+/=-]+")]
    private static partial Regex Secret();

    [GeneratedRegex(@"127\.0\.0\.1:(?!1/)\d+")]
    private static partial Regex Port();
}
