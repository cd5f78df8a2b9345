using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DurableMesh.Functions.OpenApi;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.Functions.OpenApi;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The description of the API, as a real host gives it and holds to it.</summary>
public sealed partial class ApiDescriptionTests(ApiDescriptionTests.OpenMesh mesh) : IClassFixture<ApiDescriptionTests.OpenMesh>
{
    // Set to 1, the examples in the repository are written anew.
    private const string RecordExamples = "MESH_RECORD_EXAMPLES";

    // A dead letter takes a day to come about.
    private static readonly (string, int)[] NotWalked = [("resendDeadLetter", 204), ("getHealth", 503), ("getOpenApi", 304),
        ("getApiDocs", 304), ("sendMessage", 202), ("reserveMoney", 202), ("reserveMoney", 409),
        ("publishExperiment", 200), ("publishExperiment", 201), ("getExperiment", 200)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_does_what_it_is_for_and_answers_as_it_is_described()
    {
        var recorder = new ApiRecorder();
        ((DescribedHttp)mesh.Host.Door).Hear = recorder.Hear;
        await new ApiTour(mesh.Host, Cancellation).WalkAsync();
        ((DescribedHttp)mesh.Host.Door).Hear = ApiConformance.Check;

        Assert.Empty(recorder.Faults);
        var described = ApiDocument.Current.Routes.SelectMany(
            route => route.Operation.Answers.Select(answer => (route.Id, answer.Status)));
        Assert.Empty(described.Except(recorder.Heard).Except(NotWalked));
        if (Environment.GetEnvironmentVariable(RecordExamples) == "1")
        {
            recorder.Write(Path.Combine(TestTools.Repository, "functions", "DurableMesh.Functions", "OpenApi", "Examples"));
        }
    }

    /// <summary>A function lists the parameters that it knows when it is given one that it does not.</summary>
    [Fact]
    public async Task Every_route_knows_the_parameters_that_are_described_and_no_other()
    {
        const string Unknown = "zzqqxxjj0099";
        var faults = new List<string>();
        foreach (ApiRoute route in ApiDocument.Current.Routes)
        {
            string path = PathParameter().Replace(route.Path, "00000000-0000-0000-0000-000000000000");
            using var request = new HttpRequestMessage(new HttpMethod(route.Method.ToUpperInvariant()), $"{path}?{Unknown}=1");
            using HttpResponseMessage response = await mesh.Host.Http.SendAsync(request, Cancellation);
            JsonNode? problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation));
            JsonNode? error = problem?["errors"]?.AsArray().FirstOrDefault(one => (string?)one!["path"] == $"?{Unknown}");
            string message = (string?)error?["message"] ?? $"{(int)response.StatusCode} {problem}";
            string known = string.Join(", ", route.Operation.Query.Select(one => one.Name));
            string wanted = $"There is no parameter {Unknown}; there are {known}.";
            if (message != wanted)
            {
                faults.Add($"{route.Id}: {message}");
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_linter_finds_nothing()
    {
        TestTools.MustHave("@redocly/cli");
        using var folder = new TemporaryDocument(await TextAsync("/api/openapi.json"));

        (int exitCode, string output) = await TestTools.NodeAsync(
            ["node_modules/@redocly/cli/bin/cli.js", "lint", folder.Document, "--extends=recommended-strict"], Cancellation);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Your API description is valid", output, StringComparison.Ordinal);
        Assert.DoesNotContain("You have", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_client_starts_a_thread_and_passes_it()
    {
        TestTools.MustHave("openapi-typescript", "openapi-fetch", "typescript");
        using var folder = new TemporaryDocument(await TextAsync("/api/openapi.json"));
        Directory.CreateSymbolicLink(
            Path.Combine(folder.Path, "node_modules"), Path.Combine(TestTools.Folder, "node_modules"));
        File.Copy(Path.Combine(TestTools.Folder, "dialogue.ts"), Path.Combine(folder.Path, "dialogue.ts"));
        await RunAsync("openapi-typescript/bin/cli.js", folder.Document, "-o", Path.Combine(folder.Path, "mesh-api.ts"));
        await RunAsync(
            "typescript/bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck",
            "--outDir", folder.Path, Path.Combine(folder.Path, "dialogue.ts"));

        (int exitCode, string output) = await TestTools.NodeAsync(
            [Path.Combine(folder.Path, "dialogue.js"), mesh.Host.Address, MeshHost.Builder, MeshHost.Verifier], Cancellation);

        Assert.True(exitCode == 0, output);
        Assert.Equal("PASS verified", output.Trim());
    }

    [Fact]
    public async Task Whoever_has_the_description_is_told_so_and_whatever_type_is_asked_for_it_is_json()
    {
        using var first = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json");
        first.Headers.TryAddWithoutValidation("Accept", "application/nothing;q=x, text/");
        using HttpResponseMessage answer = await mesh.Host.Http.SendAsync(first, Cancellation);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using var second = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json");
        second.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using HttpResponseMessage known = await mesh.Host.Http.SendAsync(second, Cancellation);

        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/api/docs");
        page.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"another\""));
        using HttpResponseMessage other = await mesh.Host.Http.SendAsync(page, Cancellation);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task The_page_runs_no_script_asks_nobody_else_and_links_to_what_it_has()
    {
        using HttpResponseMessage response = await mesh.Host.Http.GetAsync(new Uri("/api/docs", UriKind.Relative), Cancellation);
        byte[] utf8 = await response.Content.ReadAsByteArrayAsync(Cancellation);
        string html = System.Text.Encoding.UTF8.GetString(utf8);

        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(@"(src|href)=""(https?:)?//", html);
        Assert.InRange(utf8.Length, 1, 300_000);
        HashSet<string> ids = [.. Regex.Matches(html, @"id=""([^""]+)""").Select(match => match.Groups[1].Value)];
        var links = Regex.Matches(html, @"href=""#([^""]+)""").Select(match => match.Groups[1].Value);
        Assert.DoesNotContain(links, id => !ids.Contains(id));
    }

    private static async Task RunAsync(string script, params string[] arguments)
    {
        (int exitCode, string output) = await TestTools.NodeAsync([$"node_modules/{script}", .. arguments], Cancellation);
        Assert.True(exitCode == 0, output);
    }

    private Task<string> TextAsync(string path) => mesh.Host.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation);

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex PathParameter();

    private sealed class TemporaryDocument : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-api-");

        public TemporaryDocument(string json)
        {
            File.WriteAllText(Document, json);
            File.WriteAllText(System.IO.Path.Combine(Path, "package.json"), """{"type":"module"}""");
        }

        public string Path => _folder.FullName;

        public string Document => System.IO.Path.Combine(Path, "openapi.json");

        public void Dispose() => _folder.Delete(recursive: true);
    }

    /// <summary>A host that wants no keys, and may call webhooks of this machine.</summary>
    public sealed class OpenMesh : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-open-");
        private AzuriteProcess _azurite = null!;

        internal MeshHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _azurite = await AzuriteFixture.StartAsync(_folder.FullName);
            Host = await MeshHost.StartAsync(
                _azurite.ConnectionString, Cancellation, new() { ["Mesh__Webhooks__AllowPrivate"] = "true" });
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await _azurite.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
