using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// The description as one page of plain HTML, without scripts: the browser's own search finds everything, as closed parts open by
/// themselves where it looks into them.
/// </summary>
internal sealed partial class ApiPage
{
    // A longer one is for programs; the page stays small.
    private const int LongestExample = 300;

    private const string Style =
        """
        :root{color-scheme:light dark;--soft:color-mix(in srgb,CanvasText 9%,Canvas)}
        :root{--line:color-mix(in srgb,CanvasText 25%,Canvas)}
        body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1rem;overflow-wrap:anywhere}
        h2{border-bottom:1px solid var(--line);margin-top:2.5rem}
        code,pre{font:.9em/1.45 ui-monospace,monospace;background:var(--soft);border-radius:.25rem}
        code{padding:.1em .3em}
        pre{padding:.75rem;overflow-x:auto;max-height:30rem}
        summary{cursor:pointer;padding:.4rem 0}
        section>details{border-bottom:1px solid var(--line)}
        details[open]{padding-bottom:1rem}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
        b.method{display:inline-block;min-width:4.2rem;text-transform:uppercase}
        nav a{display:inline-block;margin-right:1rem;padding:.25rem 0}
        @media(max-width:40rem){
        table,tbody,tr,td{display:block}
        thead{display:none}
        td{border:0;padding:.1rem 0}
        tr{border-bottom:1px solid var(--line);padding:.4rem 0}
        }
        """;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly StringBuilder _html = new();
    private readonly JsonObject _root;

    private ApiPage(ApiDocument document)
    {
        _root = document.Root;
        var info = _root["info"]!;
        _html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
            .Append("<title>The HTTP API of DurableMesh</title><style>").Append(Style).Append("</style></head><body><header>")
            .Append("<h1>The HTTP API of DurableMesh</h1><p>").Append(Text((string)info["description"]!))
            .Append("</p><p>Version ").Append(Text((string)info["version"]!))
            .Append(". <a href=\"openapi.json\">OpenAPI 3.1</a> for programs.</p><nav aria-label=\"Groups\">");
        foreach (var tag in _root["tags"]!.AsArray())
        {
            var name = Text((string)tag!["name"]!);
            _html.Append($"<a href=\"#{name}\">{name}</a>");
        }

        _html.Append("<a href=\"#Problems\">Problems</a><a href=\"#Schemas\">Schemas</a></nav></header><main>");
        foreach (var group in document.Routes.GroupBy(route => route.Group))
        {
            _html.Append($"<section id=\"{Text(group.Key.Name)}\"><h2>{Text(group.Key.Name)}</h2>")
                .Append($"<p>{Text(group.Key.Description)}</p>");
            foreach (var route in group)
            {
                Write(route);
            }

            _html.Append("</section>");
        }

        WriteProblems();
        _html.Append("<section id=\"Schemas\"><h2>Schemas</h2>");
        foreach (var (name, schema) in _root["components"]!["schemas"]!.AsObject())
        {
            WriteSchema(name, schema!.AsObject());
        }

        _html.Append("</section></main></body></html>");
    }

    /// <summary>SHA-256 of the page's style, as a content security policy wants it.</summary>
    public static string StyleHash { get; } = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    /// <summary>The page in UTF-8.</summary>
    public static byte[] Utf8Of(ApiDocument document) => Encoding.UTF8.GetBytes(new ApiPage(document)._html.ToString());

    private void Write(ApiRoute route)
    {
        var operation = _root["paths"]![route.Path]![route.Method]!;
        _html.Append($"<details id=\"{route.Id}\"><summary><b class=\"method\">{route.Method}</b> ")
            .Append($"<code>{Text(route.Path)}</code> {Text(route.Operation.Summary)}</summary>");
        if (route.Operation.Remarks is { } remarks)
        {
            _html.Append($"<p>{Text(remarks)}</p>");
        }

        if (route.Operation.IsPublic)
        {
            _html.Append("<p>Anybody may ask, without a key.</p>");
        }

        WriteParameters(operation["parameters"]?.AsArray());
        foreach (var (type, content) in operation["requestBody"]?["content"]?.AsObject() ?? [])
        {
            _html.Append($"<h3>Body</h3><p><code>{Text(type)}</code>: {TypeOf(content!["schema"])}</p>");
            WriteExample(content["example"]);
        }

        _html.Append("<h3>Answers</h3><table><thead><tr><th>Status<th>Body<th>When</thead><tbody>");
        foreach (var answer in route.Operation.Answers)
        {
            var body = answer.Type is null ? Text(answer.OtherMediaType ?? "none")
                : answer.Type == typeof(JsonObject) ? "any JSON"
                : Link(answer.Type.Name) + (answer.OtherMediaType is { } other ? $" or {Text(other)}" : "");
            _html.Append($"<tr><td>{answer.Status}<td>{body}<td>{Text(answer.Description)}");
        }

        foreach (var problems in OwnProblems(route))
        {
            var codes = string.Join(", ", problems.Select(one => $"<code>{one.Code}</code>"));
            _html.Append($"<tr><td>{problems.Key}<td>{Link(nameof(Problem))}<td>{codes}");
        }

        _html.Append("</tbody></table>");
        if (operation["requestBody"] is null)
        {
            // Of a route that takes a body, the example of that body is the one that people need.
            WriteExample(operation["responses"]!.AsObject()
                .Select(one => one.Value!["content"]?[ApiMediaTypes.Json]?["example"]).FirstOrDefault(one => one is not null));
        }

        _html.Append("</details>");
    }

    private static IEnumerable<IGrouping<int, Problem>> OwnProblems(ApiRoute route) => route.Codes
        .Except(ProblemCatalogue.OfAll.Concat(ProblemCatalogue.OfInput))
        .Select(code => ProblemCatalogue.All[code]).GroupBy(problem => problem.Status).OrderBy(problems => problems.Key);

    /// <summary>The problems, once for all routes.</summary>
    private void WriteProblems()
    {
        _html.Append("<section id=\"Problems\"><h2>Problems</h2><p>Each route says which are its own. Any route may answer ")
            .AppendJoin(", ", ProblemCatalogue.OfAll.Concat(ProblemCatalogue.OfInput).Select(code => $"<code>{code}</code>"))
            .Append(".</p><table><thead><tr><th>Status<th>Code<th>It says, for instance</thead><tbody>");
        foreach (var problem in ProblemCatalogue.All.Values.OrderBy(one => one.Status).ThenBy(one => one.Code))
        {
            _html.Append($"<tr><td>{problem.Status}<td><code>{problem.Code}</code>")
                .Append($"<td>{Text(problem.Title)} {Text(problem.Detail ?? "")}");
        }

        _html.Append("</tbody></table></section>");
    }

    private void WriteParameters(JsonArray? parameters)
    {
        if (parameters is null)
        {
            return;
        }

        _html.Append("<h3>Parameters</h3><table><thead><tr><th>Name<th>In<th>Type<th>What it does</thead><tbody>");
        foreach (var parameter in parameters)
        {
            var must = (string?)parameter!["in"] != "path" && parameter["required"] is not null ? " (must stand)" : "";
            _html.Append($"<tr><td><code>{Text((string)parameter["name"]!)}</code>{must}<td>{(string)parameter["in"]!}")
                .Append($"<td>{TypeOf(parameter["schema"])}<td>{Text((string)parameter["description"]!)}");
        }

        _html.Append("</tbody></table>");
    }

    private void WriteExample(JsonNode? example)
    {
        if (example?.ToJsonString(Indented) is { Length: <= LongestExample } text)
        {
            _html.Append($"<pre>{WebUtility.HtmlEncode(text)}</pre>");
        }
    }

    private void WriteSchema(string name, JsonObject schema)
    {
        _html.Append($"<details id=\"schema-{name}\"><summary><code>{name}</code></summary>");
        if ((string?)schema["description"] is { } description)
        {
            _html.Append("<p>").Append(Text(description).Replace("\n", "<br>", StringComparison.Ordinal)).Append("</p>");
        }

        if (schema["properties"] is JsonObject properties)
        {
            WriteProperties(properties, schema["required"] as JsonArray ?? []);
        }
        else if (schema["enum"] is null)
        {
            _html.Append($"<p>{TypeOf(schema)}</p>");
        }

        _html.Append("</details>");
    }

    private void WriteProperties(JsonObject properties, JsonArray required)
    {
        var always = required.Select(one => (string)one!).ToHashSet(StringComparer.Ordinal);
        _html.Append("<table><thead><tr><th>Field<th>Type<th>What it says</thead><tbody>");
        foreach (var (field, of) in properties)
        {
            _html.Append($"<tr><td><code>{Text(field)}</code>{(always.Contains(field) ? "" : " (may be left out)")}")
                .Append($"<td>{TypeOf(of)}<td>{Text((string?)of?["description"] ?? "")}");
        }

        _html.Append("</tbody></table>");
    }

    /// <summary>A schema in a few words, with links.</summary>
    private static string TypeOf(JsonNode? schema) => schema switch
    {
        JsonObject one when (string?)one["$ref"] is { } reference => Link(reference[ApiSchemas.Prefix.Length..]),
        JsonObject one when (one["oneOf"] ?? one["anyOf"]) is JsonArray choices => string.Join(" or ", choices.Select(TypeOf)),
        JsonObject one when one["const"] is { } value => $"<code>{Text(value.ToString())}</code>",
        JsonObject one when one["enum"] is JsonArray values =>
            string.Join(" or ", values.Select(value => $"<code>{Text($"{value}")}</code>")),
        JsonObject one when one["items"] is { } items => $"list of {TypeOf(items)}",
        JsonObject one when one["additionalProperties"] is JsonObject values => $"object of {TypeOf(values)}",
        JsonObject one when one["properties"] is JsonObject fields => $"object of {string.Join(", ", fields.Select(
            field => $"<code>{Text(field.Key)}</code>"))}",
        JsonObject one when one["type"] is JsonArray types =>
            string.Join(" or ", types.Select(type => WordOf(one, (string)type!))),
        JsonObject one when (string?)one["type"] is { } type => WordOf(one, type),
        _ => "any JSON",
    };

    private static string WordOf(JsonObject schema, string type) =>
        type != "string" ? Text(type)
            : (string?)schema["pattern"] == ApiSchemas.DurationPattern ? "duration"
            : Text((string?)schema["format"] ?? "text");

    private static string Link(string name) => $"<a href=\"#schema-{name}\">{name}</a>";

    /// <summary>A text of ours as HTML: escaped, with what stands between backticks as code.</summary>
    private static string Text(string text) => Code().Replace(WebUtility.HtmlEncode(text), "<code>$1</code>");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
