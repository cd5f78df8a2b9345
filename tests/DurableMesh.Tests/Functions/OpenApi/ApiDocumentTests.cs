using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.OpenApi;
using Microsoft.OpenApi;

namespace DurableMesh.Tests.Functions.OpenApi;

/// <summary>The description of the HTTP API, held against the code that it describes.</summary>
public sealed class ApiDocumentTests
{
    private static readonly ApiDocument Document = ApiDocument.Current;

    /// <summary>No name that a reader could take for a misspelt one of its own.</summary>
    private const string Unknown = "zzqqxxjj0099";

    /// <summary>What must be there where something else is said, or is not.</summary>
    private static readonly string[] DependsOnOthers = ["for", "actor", "title", "endState", "costUsd", "$"];

    /// <summary>The document itself, and what only a host that is slow answers.</summary>
    private static readonly (string, int)[] WithoutExample =
    [
        ("getOpenApi", 200), ("sendMessage", 202), ("reserveMoney", 202), ("publishExperiment", 200), ("publishExperiment", 201),
        ("getExperiment", 200),
    ];

    /// <summary>The codes that only pages of the dashboard answer with.</summary>
    private static readonly string[] OfPages = ["no_form", "foreign_form"];

    public static TheoryData<string> WithBody =>
        [.. Document.Routes.Where(route => route.Operation.Body?.Check is not null).Select(route => route.Id)];

    [Fact]
    public async Task The_official_reader_has_nothing_against_it()
    {
        using var stream = new MemoryStream(Document.Utf8.ToArray());
        Microsoft.OpenApi.Reader.ReadResult read = await OpenApiDocument.LoadAsync(
            stream, OpenApiConstants.Json, settings: null, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(Document.Routes.Count, read.Document!.Paths.Sum(path => path.Value.Operations!.Count));
    }

    /// <summary>A reader lists the fields that it knows when it is given one that it does not.</summary>
    [Theory]
    [MemberData(nameof(WithBody))]
    public void A_body_has_the_fields_that_its_reader_knows_and_must_have_those_that_it_misses(string id)
    {
        ApiBody body = Document.Routes.Single(route => route.Id == id).Operation.Body!;
        var (faults, schemas) = (new List<string>(), new ApiSchemas(new XmlDocs()));
        Compare(body, schemas, SchemaOf(schemas, body.Type!), "", faults);

        Assert.Empty(faults);
    }

    [Fact]
    public void Every_problem_of_the_code_is_described_and_every_one_that_is_described_belongs_to_a_route()
    {
        HashSet<string> used = [.. Document.Routes.SelectMany(route => route.Codes)];

        Assert.Empty(used.Except(ProblemCatalogue.All.Keys));
        Assert.Empty(ProblemCatalogue.All.Keys.Except(used));
    }

    [Fact]
    public void Every_body_and_every_good_answer_has_an_example_that_fits_its_schema_and_its_reader()
    {
        var faults = new List<string>();
        foreach (ApiRoute route in Document.Routes)
        {
            byte[]? request = Utf8(ApiExamples.RequestOf(route.Id));
            if (route.Operation.Body?.Check is { } check)
            {
                faults.AddRange(request is null ? [$"{route.Id} has no example of its body."] : check(request)
                    .Where(error => error.Code is InputError.UnknownField or InputError.Missing or InputError.WrongType)
                    .Select(error => $"{route.Id}: {error.Path} {error.Message}"));
            }

            var good = route.Operation.Answers.Where(one => one is { Type: not null, Status: < 300 });
            foreach (int status in good.Select(one => one.Status))
            {
                faults.AddRange(Utf8(ApiExamples.AnswerOf(route.Id, status)) is { } answer
                    ? ApiConformance.FaultsOf(new ApiExchange(
                        route.Method, route.Path, request, status, new HashSet<string>(), ApiMediaTypes.Json, answer))
                    : WithoutExample.Contains((route.Id, status)) ? [] : [$"{route.Id} has no example of {status}."]);
            }
        }

        Assert.Empty(faults);
    }

    private static byte[]? Utf8(JsonNode? node) => node is null ? null : Encoding.UTF8.GetBytes(node.ToJsonString());

    [Fact]
    public void Every_code_that_the_source_names_in_a_problem_is_described()
    {
        string problems = File.ReadAllText(Path.Combine(
            EndToEnd.TestTools.Repository, "functions", "DurableMesh.Functions", "Http", "Problems.cs"));
        string[] codes = [.. Regex.Matches(problems, "Code = \"([a-z_]+)\"").Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(codes);
        Assert.Empty(codes.Except(ProblemCatalogue.All.Keys).Except(OfPages));
    }

    private static JsonObject SchemaOf(ApiSchemas schemas, Type type) => Resolve(schemas, schemas.Of(type, isInput: true))!;

    private static JsonObject? Resolve(ApiSchemas schemas, JsonNode? schema) => schema switch
    {
        JsonObject one when (string?)one["$ref"] is { } reference => schemas.Components[reference[ApiSchemas.Prefix.Length..]],
        JsonObject one when one["oneOf"] is JsonArray choices => Resolve(schemas, choices[0]),
        _ => null,
    };

    /// <summary>Compares an object of a body, and all objects in it, with what its reader says about them.</summary>
    private static void Compare(ApiBody body, ApiSchemas schemas, JsonObject schema, string path, List<string> faults)
    {
        IReadOnlyList<InputError> errors = body.Check!(Encoding.UTF8.GetBytes(Nested(path, $$"""{"{{Unknown}}":1}""")));
        string prefix = path.Length == 0 ? "" : path + ".";
        string? message = errors.SingleOrDefault(error => error.Path == prefix + Unknown)?.Message;
        JsonObject properties = schema["properties"]!.AsObject();
        if (message is null || !message.Contains("the known ones are ", StringComparison.Ordinal))
        {
            faults.Add($"{prefix}{Unknown}: {message ?? "no fault was found"}");
            return;
        }

        string[] known = message[(message.IndexOf(" are ", StringComparison.Ordinal) + 5)..].TrimEnd('.').Split(", ");
        faults.AddRange(known.Except(properties.Select(one => one.Key)).Select(name => $"{prefix}{name} is not described"));
        faults.AddRange(
            properties.Select(one => one.Key).Except(known).Select(name => $"{prefix}{name} is unknown to the reader"));

        string[] missing =
        [
            .. errors.Where(error => error.Code == InputError.Missing && error.Path.StartsWith(prefix, StringComparison.Ordinal))
                .Select(error => error.Path[prefix.Length..]),
        ];
        string[] required = [.. (schema["required"] as JsonArray ?? []).Select(name => (string)name!)];
        faults.AddRange(required.Except(missing).Select(name => $"{prefix}{name} may be left out"));
        faults.AddRange(missing.Except(required).Except(DependsOnOthers).Select(name => $"{prefix}{name} must be there"));
        foreach ((string name, JsonNode? property) in properties)
        {
            if (Resolve(schemas, property?["items"]) is { } item && item["properties"] is not null)
            {
                Compare(body, schemas, item, $"{prefix}{name}[0]", faults);
            }
            else if (Resolve(schemas, property) is { } inner && inner["properties"] is not null && name is not "atWork")
            {
                Compare(body, schemas, inner, prefix + name, faults);
            }
        }
    }

    /// <summary>A body in which an object stands at a path such as <c>lines[0].usage</c>.</summary>
    private static string Nested(string path, string inner) =>
        path.Split('.', StringSplitOptions.RemoveEmptyEntries).Reverse().Aggregate(inner, (json, name) =>
            name.EndsWith("[0]", StringComparison.Ordinal)
                ? $$"""{"{{name[..^3]}}":[{{json}}]}"""
                : $$"""{"{{name}}":{{json}}}""");
}
