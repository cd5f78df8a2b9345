using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using Azure.Core.Serialization;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Tests.LocalHost;

public sealed class HttpFunctionTests
{
    [Theory]
    [InlineData(
        "/api/values/text/7/true/2f4a8d1e-6c5b-4b1a-9d1e-0123456789ab/9000000000",
        "text 7 True 2f4a8d1e-6c5b-4b1a-9d1e-0123456789ab 9000000000")]
    [InlineData(
        "/api/values/a%20b/-1/false/2F4A8D1E-6C5B-4B1A-9D1E-0123456789AB/0",
        "a b -1 False 2f4a8d1e-6c5b-4b1a-9d1e-0123456789ab 0")]
    public async Task Route_values_become_parameters_of_their_types(string path, string expected)
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        Assert.Equal(expected, await app.GetAsync(path));
    }

    [Fact]
    public async Task A_route_value_that_is_none_of_the_type_is_a_bad_request()
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        var response = await app.SendAsync(HttpMethod.Get, "/api/plain/seven");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("'seven' in the path is no Int32, which {n} must be", await Detail(response), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/constrained/5", "5")]
    [InlineData("/api/optional", "none")]
    [InlineData("/api/optional/x", "x")]
    [InlineData("/api/optional-number", "null")]
    [InlineData("/api/optional-number/3", "3")]
    [InlineData("/api/default", "42")]
    [InlineData("/api/optional-guid", "00000000-0000-0000-0000-000000000000")]
    [InlineData("/api/default/1", "1")]
    [InlineData("/api/rest/a/b/c", "a/b/c")]
    [InlineData("/api/ROUTED/casing", "ok")]
    public async Task Templates_have_constraints_optional_parts_defaults_and_catch_alls(string path, string expected)
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        Assert.Equal(expected, await app.GetAsync(path));
    }

    [Theory]
    [InlineData("GET", "/api/constrained/0")]
    [InlineData("GET", "/api/constrained/x")]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/constrained/5")]
    public async Task What_no_route_matches_is_a_404_problem(string method, string path)
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        var response = await app.SendAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(path, await Detail(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_a_404_as_on_the_Functions_host_and_says_which_are_right()
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        var response = await app.SendAsync(HttpMethod.Delete, "/api/constrained/5");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("takes GET, not DELETE", await Detail(response), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync(HttpMethod.Head, "/api/constrained/5")).StatusCode);
    }

    [Fact]
    public async Task A_trigger_without_methods_takes_them_all()
    {
        await using var app = await RunningApp.StartAsync(typeof(Routed));

        foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" })
        {
            var response = await app.SendAsync(new HttpMethod(method), "/api/routed/casing");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task The_route_prefix_comes_from_host_json()
    {
        using var folder = new TemporaryFolder();
        folder.Write("host.json", """{ "version": "2.0", "extensions": { "http": { "routePrefix": "v1/mesh" } } }""");
        await using var app = await RunningApp.StartAsync(folder, _ => { }, typeof(Routed));

        Assert.Equal("5", await app.GetAsync("/v1/mesh/constrained/5"));
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync(HttpMethod.Get, "/api/constrained/5")).StatusCode);
    }

    [Fact]
    public async Task Request_context_client_and_cancellation_are_bound_and_services_injected_by_scope()
    {
        await using var app = await RunningApp.StartAsync(
            builder => builder.Services.AddScoped<Visit>().AddSingleton<Visits>(), typeof(Bound));

        var first = JsonDocument.Parse(await app.GetAsync("/api/bound?x=1")).RootElement;
        var second = JsonDocument.Parse(await app.GetAsync("/api/bound?x=1")).RootElement;

        Assert.Equal("?x=1", first.GetProperty("query").GetString());
        Assert.Equal("Bound", first.GetProperty("function").GetString());
        Assert.True(first.GetProperty("sameHttp").GetBoolean());
        Assert.True(first.GetProperty("sameScope").GetBoolean());
        Assert.True(first.GetProperty("cancellable").GetBoolean());
        Assert.Equal("test", first.GetProperty("client").GetString());
        Assert.Equal((1, 2), (first.GetProperty("visit").GetInt32(), second.GetProperty("visit").GetInt32()));
        Assert.NotEqual(first.GetProperty("invocation").GetString(), second.GetProperty("invocation").GetString());
    }

    [Theory]
    [InlineData("result", HttpStatusCode.Created, "application/json", "{\"n\":1}")]
    [InlineData("action", HttpStatusCode.Accepted, "application/json", "{\"n\":2}")]
    [InlineData("plain", HttpStatusCode.OK, "application/json", "{\"N\":3}")]
    [InlineData("later", HttpStatusCode.OK, "application/json", "{\"N\":4}")]
    [InlineData("text", HttpStatusCode.OK, "text/plain", "hello")]
    [InlineData("null", HttpStatusCode.NoContent, null, "")]
    [InlineData("nothing", HttpStatusCode.OK, null, "")]
    [InlineData("written", HttpStatusCode.Accepted, "text/csv", "a,b")]
    public async Task Each_kind_of_return_value_becomes_an_answer(
        string function, HttpStatusCode status, string? type, string body)
    {
        await using var app = await RunningApp.StartAsync(typeof(Returning));

        var response = await app.SendAsync(HttpMethod.Get, $"/api/{function}");

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_workers_serializer_writes_returned_objects()
    {
        await using var app = await RunningApp.StartAsync(
            builder => builder.Services.Configure<WorkerOptions>(
                worker => worker.Serializer = new JsonObjectSerializer(JsonSerializerOptions.Web)),
            typeof(Returning));

        Assert.Equal("{\"n\":3}", await app.GetAsync("/api/plain"));
    }

    [Fact]
    public async Task A_function_that_throws_is_a_500_problem_that_tells_no_secrets()
    {
        await using var app = await RunningApp.StartAsync(typeof(Failing));

        var response = await app.SendAsync(HttpMethod.Get, "/api/fails");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("internal_error", problem.GetProperty("code").GetString());
        Assert.Equal(500, problem.GetProperty("status").GetInt32());
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_after_the_answer_has_begun_breaks_the_connection()
    {
        await using var app = await RunningApp.StartAsync(typeof(Failing));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.GetAsync("/api/fails-late"));
    }

    [Fact]
    public async Task A_service_that_is_missing_is_told_at_the_start()
    {
        var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => RunningApp.StartAsync(typeof(Bound)));

        Assert.Contains("Bound asks for a Visit ('visit'), which is no service", error.Message, StringComparison.Ordinal);
        Assert.Contains("Bound asks for a Visits ('visits')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_is_a_parameter_and_no_service_as_with_the_official_worker()
    {
        var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => RunningApp.StartAsync(typeof(InjectedClient)));

        Assert.Contains("take it as a parameter with [DurableClient]", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Detail(HttpResponseMessage response)
    {
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return problem.GetProperty("detail").GetString()!;
    }

    public static class Routed
    {
        [Function("Values")]
        public static string Values(
            [HttpTrigger("get", Route = "values/{text}/{number:int}/{flag:bool}/{id:guid}/{big:long}")] HttpRequest request,
            string text, int number, bool flag, Guid id, long big) => $"{text} {number} {flag} {id} {big}";

        [Function("Plain")]
        public static string Plain([HttpTrigger("get", Route = "plain/{n}")] HttpRequest request, int n) => $"{n}";

        [Function("Constrained")]
        public static string Constrained([HttpTrigger("get", Route = "constrained/{n:int:min(1)}")] HttpRequest request, int n) =>
            $"{n}";

        [Function("Optional")]
        public static string Optional([HttpTrigger("get", Route = "optional/{name?}")] HttpRequest request, string? name) =>
            name ?? "none";

        [Function("OptionalNumber")]
        public static string OptionalNumber(
            [HttpTrigger("get", Route = "optional-number/{n:int?}")] HttpRequest request, int? n) => n is null ? "null" : $"{n}";

        [Function("OptionalGuid")]
        public static string OptionalGuid(
            [HttpTrigger("get", Route = "optional-guid/{id:guid?}")] HttpRequest request, Guid id = default) => $"{id}";

        [Function("Default")]
        public static string Default([HttpTrigger("get", Route = "default/{n=42}")] HttpRequest request, int n) => $"{n}";

        [Function("Rest")]
        public static string Rest([HttpTrigger("get", Route = "rest/{*path}")] HttpRequest request, string path) => path;

        [Function("Casing")]
        public static string Casing([HttpTrigger(Route = "Routed/Casing")] HttpRequest request) => "ok";
    }

    public sealed class Bound(Visit visit, Visits visits)
    {
        [Function("Bound")]
        public IResult Run(
            [HttpTrigger("get", Route = "bound")] HttpRequest request,
            FunctionContext context,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation) => Results.Json(new
            {
                Query = request.QueryString.Value,
                Function = context.FunctionDefinition.Name,
                SameHttp = ReferenceEquals(context.GetHttpContext(), request.HttpContext),
                SameScope = ReferenceEquals(context.InstanceServices.GetRequiredService<Visit>(), visit),
                Cancellable = cancellation.CanBeCanceled && !cancellation.IsCancellationRequested,
                Client = client.Name,
                Visit = visits.Next(),
                Invocation = context.InvocationId,
            });
    }

    public sealed class InjectedClient(DurableTaskClient client)
    {
        [Function("InjectedClient")]
        public string Run([HttpTrigger] HttpRequest request) => request.Path + client.Name;
    }

    public sealed class Visit;

    public sealed class Visits
    {
        private int _count;

        public int Next() => Interlocked.Increment(ref _count);
    }

    public sealed record Number(int N);

    public static class Returning
    {
        [Function("result")]
        public static async Task<IResult> ResultAsync([HttpTrigger] HttpRequest request)
        {
            await Task.Yield();
            return Results.Created("/x", new Number(1));
        }

        [Function("action")]
        public static IActionResult Action([HttpTrigger] HttpRequest request) => new AcceptedResult("/x", new Number(2));

        [Function("plain")]
        public static Number Plain([HttpTrigger] HttpRequest request) => new(3);

        [Function("later")]
        public static async ValueTask<Number> LaterAsync([HttpTrigger] HttpRequest request)
        {
            await Task.Yield();
            return new Number(4);
        }

        [Function("text")]
        public static string Text([HttpTrigger] HttpRequest request) => "hello";

        [Function("null")]
        public static Number? Null([HttpTrigger] HttpRequest request) => null;

        [Function("nothing")]
        public static void Nothing([HttpTrigger] HttpRequest request) => request.HttpContext.Response.Headers.ETag = "x";

        [Function("written")]
        public static async Task WrittenAsync([HttpTrigger] HttpRequest request)
        {
            var response = request.HttpContext.Response;
            response.StatusCode = StatusCodes.Status202Accepted;
            response.ContentType = new MediaTypeHeaderValue("text/csv").ToString();
            await response.WriteAsync("a,b");
        }
    }

    public static class Failing
    {
        [Function("fails")]
        public static string Fails([HttpTrigger] HttpRequest request) => throw new InvalidOperationException("secret");

        [Function("fails-late")]
        public static async Task FailsLateAsync([HttpTrigger] HttpRequest request)
        {
            request.HttpContext.Response.ContentLength = 1000;
            await request.HttpContext.Response.WriteAsync("begun");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("too late");
        }
    }
}
