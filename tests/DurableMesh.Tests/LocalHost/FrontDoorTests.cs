using System.Net;
using System.Text;
using System.Text.Json;
using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace DurableMesh.Tests.LocalHost;

/// <summary>What a page in a browser on this machine, and a name that leads here, reach of a local host: nothing.</summary>
public sealed class FrontDoorTests
{
    private const string Management = "/runtime/webhooks/durabletask";

    public static TheoryData<string, string> Routes => new()
    {
        { "GET", "/api/Say" },
        { "GET", "/no/such/route" },
        { "PUT", "/api/Say" },
        { "GET", $"{Management}/instances" },
        { "POST", $"{Management}/instances/i-1/raiseEvent/inbox" },
        { "POST", $"{Management}/instances/i-1/terminate" },
        { "POST", $"{Management}/orchestrators/Flow" },
        { "POST", $"{Management}/orchestrators/Flow/i-1" },
        { "DELETE", $"{Management}/instances/i-1" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_a_guard_of_the_apps_every_route_is_this_machines_alone(string method, string path)
    {
        await using var app = await RunningApp.StartAsync(typeof(Flow));
        (string, string)[] strangers =
            [("Host", "example.org"), ("Host", "127.0.0.1.example.org:7071"), ("Origin", "https://example.org"),
             ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")];

        foreach (var (header, value) in strangers)
        {
            using var request = Request(method, path);
            request.Headers.TryAddWithoutValidation(header, value);
            using var refused = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal((HttpStatusCode.Forbidden, "foreign_origin"), (refused.StatusCode, await CodeAsync(refused)));
        }

        using var own = Request(method, path);
        own.Headers.TryAddWithoutValidation("Origin", "http://localhost:3000");
        own.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-site");
        Assert.NotEqual(
            HttpStatusCode.Forbidden, (await app.Http.SendAsync(own, TestContext.Current.CancellationToken)).StatusCode);
        app.Hub.Verify(
            hub => hub.RaiseEventAsync("i-1", "inbox", It.IsAny<object>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task No_orchestration_is_started_by_what_a_page_may_send_without_asking_first(string? type)
    {
        await using var app = await RunningApp.StartAsync(typeof(Flow));
        var content = new ByteArrayContent("1"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var refused = await app.SendAsync(HttpMethod.Post, $"{Management}/orchestrators/Flow", content);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        app.Hub.Verify(
            hub => hub.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()),
            Times.Never);
    }

    [Fact]
    public async Task The_apps_guard_is_asked_about_every_route_and_told_which_is_the_management_API()
    {
        var guard = new Mock<IRequestGuard>();
        var asked = new List<string>();
        guard.Setup(one => one.CheckAsync(It.IsAny<HttpContext>(), It.IsAny<bool>()))
            .Returns((HttpContext http, bool isManagement) =>
            {
                asked.Add($"{http.Request.Path} {isManagement}");
                return new ValueTask<IResult?>(Results.StatusCode(StatusCodes.Status418ImATeapot));
            });
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(guard.Object), typeof(Flow));

        foreach (var path in new[]
            { "/api/Say", "/nothing", $"{Management}/instances", "/RUNTIME/webhooks/DurableTask/instances/x" })
        {
            Assert.Equal(StatusCodes.Status418ImATeapot, (int)(await app.SendAsync(HttpMethod.Get, path)).StatusCode);
        }

        Assert.Equal(
            [
                "/api/Say False", "/nothing False", $"{Management}/instances True",
                "/RUNTIME/webhooks/DurableTask/instances/x True",
            ],
            asked);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.ServiceUnavailable)]
    [InlineData(false, HttpStatusCode.InternalServerError)]
    public async Task A_guard_that_cannot_tell_lets_nobody_in(bool isOutage, HttpStatusCode expected)
    {
        var guard = new Mock<IRequestGuard>();
        guard.Setup(one => one.CheckAsync(It.IsAny<HttpContext>(), It.IsAny<bool>()))
            .Throws(isOutage ? new IOException("away") : new InvalidOperationException("a defect"));
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(guard.Object), typeof(Flow));

        Assert.Equal(expected, (await app.SendAsync(HttpMethod.Get, "/api/Say")).StatusCode);
    }

    private static HttpRequestMessage Request(string method, string path) => new(new HttpMethod(method), path)
    {
        Content = method == "POST" ? new StringContent("1", Encoding.UTF8, "application/json") : null,
    };

    private static async Task<string?> CodeAsync(HttpResponseMessage response) => JsonDocument.Parse(
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement
        .GetProperty("code").GetString();

    public static class Flow
    {
        [Function("Say")]
        public static IResult Say([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            Results.Text("hello");

        [Function("Flow")]
        public static Task<int> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(1);
    }
}
