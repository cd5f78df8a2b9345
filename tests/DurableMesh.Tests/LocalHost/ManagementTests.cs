using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DurableMesh.LocalHost;
using DurableMesh.TaskHub;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.LocalHost;

public sealed class ManagementTests : IAsyncLifetime
{
    private const string Instances = "/runtime/webhooks/durabletask/instances";

    private RunningApp _app = null!;

    private Mock<DurableTaskClient> Hub => _app.Hub;

    public async ValueTask InitializeAsync() => _app = await RunningApp.StartAsync(typeof(Flow));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_running_instance_is_202_with_its_status_and_where_to_ask_again()
    {
        Has(Instance("i 1", OrchestrationRuntimeStatus.Running));

        var response = await _app.SendAsync(HttpMethod.Get, $"{Instances}/i%201?showInput=true");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{_app.Http.BaseAddress}{Instances[1..]}/i%201?showInput=true", response.Headers.Location!.AbsoluteUri);
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter!.Delta);
        Assert.Equal(
            """{"name":"Flow","instanceId":"i 1","runtimeStatus":"Running","input":{"n":1},"customStatus":"half","""
            + """
            "output":null,"createdTime":"2026-11-23T05:00:00Z","lastUpdatedTime":"2026-11-23T05:00:01Z"}
            """,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending, "", HttpStatusCode.Accepted)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "", HttpStatusCode.Accepted)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "", HttpStatusCode.OK)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "", HttpStatusCode.OK)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "", HttpStatusCode.OK)]
    [InlineData(
        OrchestrationRuntimeStatus.Failed, "?returnInternalServerErrorOnFailure=true", HttpStatusCode.InternalServerError)]
    public async Task The_status_code_follows_the_runtime_status(
        OrchestrationRuntimeStatus status, string query, HttpStatusCode expected)
    {
        Has(Instance("i-1", status));

        var response = await _app.SendAsync(HttpMethod.Get, $"{Instances}/i-1{query}");

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.Accepted, response.Headers.Location is not null);
    }

    [Fact]
    public async Task The_input_can_be_left_out()
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Completed));

        var status = JsonDocument.Parse(await _app.GetAsync($"{Instances}/i-1?showInput=false")).RootElement;

        Assert.Equal(JsonValueKind.Null, status.GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task A_failed_instance_shows_its_error_as_output()
    {
        Has(new OrchestrationMetadata("Flow", "i-1")
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Failed,
            FailureDetails = new TaskFailureDetails("System.Exception", "it broke", null, null, null),
        });

        var status = JsonDocument.Parse(await _app.GetAsync($"{Instances}/i-1")).RootElement;

        Assert.Equal("it broke", status.GetProperty("output").GetString());
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/raiseEvent/e")]
    [InlineData("POST", "/terminate")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/restart")]
    [InlineData("POST", "/rewind")]
    public async Task An_unknown_instance_is_404(string method, string operation)
    {
        var response = await _app.SendAsync(new HttpMethod(method), $"{Instances}/none{operation}", Json("1"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("instance_not_found", await Code(response));
    }

    [Theory]
    [InlineData("/raiseEvent/e")]
    [InlineData("/terminate")]
    [InlineData("/suspend")]
    [InlineData("/resume")]
    public async Task What_needs_a_live_instance_is_410_after_its_end(string operation)
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Completed));

        var response = await _app.SendAsync(HttpMethod.Post, $"{Instances}/i-1{operation}", Json("1"));

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Equal("instance_ended", await Code(response));
    }

    [Fact]
    public async Task An_event_is_raised_with_its_payload()
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Running));

        var response = await _app.SendAsync(HttpMethod.Post, $"{Instances}/i-1/raiseEvent/approve", Json("""{"by":"me"}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Hub.Verify(hub => hub.RaiseEventAsync(
            "i-1",
            "approve",
            It.Is<object>(payload => ((JsonElement)payload).GetProperty("by").GetString() == "me"),
            It.IsAny<CancellationToken>()));
    }

    [Theory]
    [InlineData("text/plain", "{}", "application/json")]
    [InlineData("application/json", "{", "The body is no JSON")]
    public async Task An_event_that_is_no_json_is_a_bad_request(string type, string body, string expected)
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Running));

        var response = await _app.SendAsync(
            HttpMethod.Post, $"{Instances}/i-1/raiseEvent/e", new StringContent(body, Encoding.UTF8, type));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(
            expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_suspend_and_resume_pass_the_reason_on()
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Running));
        Hub.Setup(hub => hub.TerminateInstanceAsync("i-1", It.IsAny<TerminateInstanceOptions>(), It.IsAny<CancellationToken>()))
            .Returns(Task.CompletedTask);

        foreach (var operation in new[] { "terminate", "suspend", "resume" })
        {
            var response = await _app.SendAsync(HttpMethod.Post, $"{Instances}/i-1/{operation}?reason=why%20not");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        var terminated = new TerminateInstanceOptions("why not");
        Hub.Verify(hub => hub.TerminateInstanceAsync("i-1", terminated, It.IsAny<CancellationToken>()));
        Hub.Verify(hub => hub.SuspendInstanceAsync("i-1", "why not", It.IsAny<CancellationToken>()));
        Hub.Verify(hub => hub.ResumeInstanceAsync("i-1", "why not", It.IsAny<CancellationToken>()));
    }

    [Fact]
    public async Task Instances_are_listed_by_filter_a_page_at_a_time()
    {
        OrchestrationQuery? asked = null;
        Hub.Setup(hub => hub.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>()))
            .Callback((OrchestrationQuery? query) => asked = query)
            .Returns(() => Pageable.Create((token, _) => Task.FromResult(token == "second"
                ? new Page<OrchestrationMetadata>([Instance("b", OrchestrationRuntimeStatus.Failed)])
                : new Page<OrchestrationMetadata>([Instance("a", OrchestrationRuntimeStatus.Running)], "second"))));

        var first = await _app.SendAsync(
            HttpMethod.Get,
            $"{Instances}?runtimeStatus=Running,failed&createdTimeFrom=2026-11-01T00:00:00Z&createdTimeTo=2026-12-01"
            + "&instanceIdPrefix=x&top=1");
        Assert.Equal("second", Assert.Single(first.Headers.GetValues("x-ms-continuation-token")));
        Assert.Equal(["a"], await Ids(first));
        Assert.Equal([OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Failed], asked!.Statuses!);
        Assert.Equal(
            (new DateTimeOffset(2026, 11, 1, 0, 0, 0, default), new DateTimeOffset(2026, 12, 1, 0, 0, 0, default), "x", 1),
            (asked.CreatedFrom!.Value, asked.CreatedTo!.Value, asked.InstanceIdPrefix, asked.PageSize));

        using var next = new HttpRequestMessage(HttpMethod.Get, Instances);
        next.Headers.Add("x-ms-continuation-token", "second");
        var second = await _app.Http.SendAsync(next, TestContext.Current.CancellationToken);
        Assert.Equal(["b"], await Ids(second));
        Assert.False(second.Headers.Contains("x-ms-continuation-token"));
    }

    [Theory]
    [InlineData("top=0", "'top' is '0'")]
    [InlineData("runtimeStatus=Running,Asleep", "'runtimeStatus' is 'Asleep'; it must be Running, Completed")]
    [InlineData("createdTimeFrom=soon", "'createdTimeFrom' is 'soon'")]
    [InlineData("showInput=perhaps", "'showInput' is 'perhaps'")]
    public async Task A_filter_that_cannot_be_read_is_a_bad_request(string query, string expected)
    {
        var response = await _app.SendAsync(HttpMethod.Get, $"{Instances}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await Body(response);
        Assert.Contains(expected, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_ended_instance_is_purged()
    {
        Has(Instance("done", OrchestrationRuntimeStatus.Completed));
        Has(Instance("live", OrchestrationRuntimeStatus.Running));
        Hub.Setup(hub => hub.PurgeInstanceAsync("done", It.IsAny<PurgeInstanceOptions>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new PurgeResult(1));

        var done = await _app.SendAsync(HttpMethod.Delete, $"{Instances}/done");
        var live = await _app.SendAsync(HttpMethod.Delete, $"{Instances}/live");

        Assert.Equal("{\"instancesDeleted\":1}", await done.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.PreconditionFailed, live.StatusCode);
    }

    [Fact]
    public async Task Many_are_purged_by_their_creation_and_status()
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, default);
        Hub.Setup(hub => hub.PurgeAllInstancesAsync(
                It.Is<PurgeInstancesFilter>(filter => filter.CreatedFrom == from
                    && filter.Statuses!.Single() == OrchestrationRuntimeStatus.Failed),
                It.IsAny<PurgeInstanceOptions>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new PurgeResult(4));
        Hub.Setup(hub => hub.PurgeAllInstancesAsync(
                It.Is<PurgeInstancesFilter>(filter => filter.CreatedFrom > from),
                It.IsAny<PurgeInstanceOptions>(),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync(new PurgeResult(0));

        var some = await _app.SendAsync(HttpMethod.Delete, $"{Instances}?createdTimeFrom=2026-01-01&runtimeStatus=Failed");
        var none = await _app.SendAsync(HttpMethod.Delete, $"{Instances}?createdTimeFrom=2026-02-01");
        var unfiltered = await _app.SendAsync(HttpMethod.Delete, Instances);

        Assert.Equal("{\"instancesDeleted\":4}", await some.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, unfiltered.StatusCode);
    }

    [Theory]
    [InlineData("/runtime/webhooks/durabletask/orchestrators/flow/i-1", "i-1")]
    [InlineData("/runtime/webhooks/durabletask/orchestrators/flow", null)]
    public async Task An_orchestration_is_started_with_its_input(string path, string? id)
    {
        Hub.Setup(hub => hub.ScheduleNewOrchestrationInstanceAsync(
                It.Is<TaskName>(name => name.Name == "flow"),
                It.Is<object>(input => ((JsonElement)input).GetRawText() == "[1]"),
                It.Is<StartOrchestrationOptions>(options => options.InstanceId == id),
                It.IsAny<CancellationToken>()))
            .ReturnsAsync("started");

        var response = await _app.SendAsync(HttpMethod.Post, path, Json("[1]"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.EndsWith($"{Instances}/started", response.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        var urls = await Body(response);
        Assert.Equal("started", urls.GetProperty("id").GetString());
        Assert.Equal(
            $"{_app.Http.BaseAddress}{Instances[1..]}/started/raiseEvent/{{eventName}}",
            urls.GetProperty("sendEventPostUri").GetString());
    }

    [Fact]
    public async Task An_unknown_orchestrator_or_an_id_in_use_is_not_started()
    {
        Hub.Setup(hub => hub.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(),
                It.IsAny<object>(),
                It.Is<StartOrchestrationOptions>(options => options.InstanceId == "used"),
                It.IsAny<CancellationToken>()))
            .ThrowsAsync(new DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException("'used' exists already."));

        var unknown = await _app.SendAsync(HttpMethod.Post, "/runtime/webhooks/durabletask/orchestrators/none");
        var used = await _app.SendAsync(HttpMethod.Post, "/runtime/webhooks/durabletask/orchestrators/Flow/used");

        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, used.StatusCode);
    }

    [Fact]
    public async Task An_instance_is_restarted_under_a_new_id_unless_told_otherwise()
    {
        Has(Instance("done", OrchestrationRuntimeStatus.Completed));
        Has(Instance("live", OrchestrationRuntimeStatus.Running));
        Hub.Setup(hub => hub.RestartAsync("done", true, It.IsAny<CancellationToken>())).ReturnsAsync("again");
        Hub.Setup(hub => hub.RestartAsync("done", false, It.IsAny<CancellationToken>())).ReturnsAsync("done");
        Hub.Setup(hub => hub.RestartAsync("live", false, It.IsAny<CancellationToken>()))
            .ThrowsAsync(new DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException("'live' is Running."));

        var again = await _app.SendAsync(HttpMethod.Post, $"{Instances}/done/restart");
        var same = await _app.SendAsync(HttpMethod.Post, $"{Instances}/done/restart?restartWithNewInstanceId=false");
        var live = await _app.SendAsync(HttpMethod.Post, $"{Instances}/live/restart?restartWithNewInstanceId=false");

        Assert.EndsWith("/again", again.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.EndsWith("/done", same.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, live.StatusCode);
    }

    [Fact]
    public async Task Only_an_instance_that_has_failed_is_rewound()
    {
        Has(Instance("failed", OrchestrationRuntimeStatus.Failed));
        Has(Instance("done", OrchestrationRuntimeStatus.Completed));
        Hub.Setup(hub => hub.RewindInstanceAsync("failed", "mended", It.IsAny<CancellationToken>()))
            .Returns(Task.CompletedTask).Verifiable(Times.Once);

        var failed = await _app.SendAsync(HttpMethod.Post, $"{Instances}/failed/rewind?reason=mended");
        var done = await _app.SendAsync(HttpMethod.Post, $"{Instances}/done/rewind");

        Assert.Equal(HttpStatusCode.Accepted, failed.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, done.StatusCode);
        Assert.Equal("instance_not_failed", await Code(done));
        Hub.Verify();
    }

    [Fact]
    public async Task What_the_client_refuses_is_a_bad_request()
    {
        Hub.Setup(hub => hub.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>()))
            .Throws(new ArgumentException("no token of this hub", "token"));

        var response = await _app.SendAsync(HttpMethod.Get, Instances);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("no token of this hub", (await Body(response)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_hub_that_is_away_is_503()
    {
        Hub.Setup(hub => hub.GetInstancesAsync("i-1", It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new IOException("the storage does not answer"));

        var response = await _app.SendAsync(HttpMethod.Get, $"{Instances}/i-1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("storage_unavailable", await Code(response));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_hub_that_is_full_is_429()
    {
        Has(Instance("i-1", OrchestrationRuntimeStatus.Running));
        Hub.Setup(hub => hub.SuspendInstanceAsync("i-1", It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new TaskHubOverloadedException("The partition is full."));

        var response = await _app.SendAsync(HttpMethod.Post, $"{Instances}/i-1/suspend");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("overloaded", await Code(response));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_function_makes_the_payload_with_the_hosts_address()
    {
        var payload = JsonDocument.Parse(await _app.GetAsync("/api/payload")).RootElement;

        var instance = $"{_app.Http.BaseAddress}{Instances[1..]}/a%2Fb";
        Assert.Equal("a/b", payload.GetProperty("Id").GetString());
        Assert.Equal(instance, payload.GetProperty("StatusQueryGetUri").GetString());
        Assert.Equal($"{instance}/raiseEvent/{{eventName}}", payload.GetProperty("SendEventPostUri").GetString());
        Assert.Equal($"{instance}/terminate?reason={{text}}", payload.GetProperty("TerminatePostUri").GetString());
        Assert.Equal($"{instance}/suspend?reason={{text}}", payload.GetProperty("SuspendPostUri").GetString());
        Assert.Equal($"{instance}/resume?reason={{text}}", payload.GetProperty("ResumePostUri").GetString());
        Assert.Equal(instance, payload.GetProperty("PurgeHistoryDeleteUri").GetString());
        Assert.Equal($"{instance}/restart", payload.GetProperty("RestartPostUri").GetString());
        Assert.Equal($"{instance}/rewind?reason={{text}}", payload.GetProperty("RewindPostUri").GetString());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<string?> Code(HttpResponseMessage response) =>
        (await Body(response)).GetProperty("code").GetString();

    private static async Task<string?[]> Ids(HttpResponseMessage response) =>
        [.. (await Body(response)).EnumerateArray().Select(instance => instance.GetProperty("instanceId").GetString())];

    private static Task<JsonElement> Body(HttpResponseMessage response) =>
        response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    private static OrchestrationMetadata Instance(string id, OrchestrationRuntimeStatus status) => new("Flow", id)
    {
        RuntimeStatus = status,
        CreatedAt = new DateTimeOffset(2026, 11, 23, 6, 0, 0, 250, TimeSpan.FromHours(1)),
        LastUpdatedAt = new DateTimeOffset(2026, 11, 23, 5, 0, 1, 999, default),
        SerializedInput = """{"n":1}""",
        SerializedCustomStatus = "\"half\"",
    };

    private void Has(OrchestrationMetadata instance)
    {
        Hub.Setup(hub => hub.GetInstancesAsync(instance.InstanceId, It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(instance);
    }

    public static class Flow
    {
        [Function("Flow")]
        public static string Run([OrchestrationTrigger] TaskOrchestrationContext context) => context.InstanceId;

        [Function("Payload")]
        public static ManagementPayload Payload(
            [HttpTrigger("get", Route = "payload")] HttpRequest request, [DurableClient] DurableTaskClient client) =>
            ManagementUrls.Of(client, "a/b");
    }
}
