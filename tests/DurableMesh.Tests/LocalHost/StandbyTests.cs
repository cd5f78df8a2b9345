using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Moq;

namespace DurableMesh.Tests.LocalHost;

public sealed class StandbyTests : IAsyncLifetime
{
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await RunningApp.StartAsync(typeof(Hello));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("/api/hello")]
    [InlineData("/runtime/webhooks/durabletask/instances/i-1")]
    public async Task A_host_that_stands_by_says_at_once_who_owns_the_hub(string path)
    {
        Is(TaskHubRole.StandingBy, new HubOwner("h", "vm", 42, "stamp", "http://127.0.0.1:7071"));

        var response = await _app.SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("not_owner", problem.GetProperty("code").GetString());
        Assert.Equal("http://127.0.0.1:7071", problem.GetProperty("owner").GetString());
        Assert.Contains(
            "process 42 on vm (http://127.0.0.1:7071)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_app.Hub.Invocations);
    }

    [Fact]
    public async Task An_owner_that_is_not_known_is_not_made_up()
    {
        Is(TaskHubRole.StandingBy);

        var response = await _app.SendAsync(HttpMethod.Get, "/api/hello");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("not_owner", problem.GetProperty("code").GetString());
        Assert.False(problem.TryGetProperty("owner", out _));
    }

    [Theory]
    [InlineData(TaskHubRole.Opening)]
    [InlineData(TaskHubRole.Recovering)]
    [InlineData(TaskHubRole.Owner)]
    public async Task In_any_other_part_the_host_takes_requests(object role)
    {
        Is((TaskHubRole)role);

        Assert.Equal("\"hello\"", await _app.GetAsync("/api/hello"));
    }

    [Fact]
    public async Task What_writes_waits_until_it_is_certain_who_owns_the_hub()
    {
        var certain = new TaskCompletionSource<TaskHubState>();
        Is(TaskHubRole.Opening);
        _app.Status.Setup(one => one.ConfirmAsync(It.IsAny<CancellationToken>())).Returns(certain.Task);

        var write = _app.SendAsync(HttpMethod.Post, "/api/hello");
        Assert.Equal("\"hello\"", await _app.GetAsync("/api/hello"));
        Assert.False(write.IsCompleted);
        certain.SetResult(new TaskHubState(TaskHubRole.Owner));

        Assert.Equal(HttpStatusCode.OK, (await write).StatusCode);
    }

    [Fact]
    public async Task What_writes_is_refused_by_a_host_that_finds_that_it_was_succeeded()
    {
        Is(TaskHubRole.Owner);
        _app.Status.Setup(one => one.ConfirmAsync(It.IsAny<CancellationToken>()))
            .ReturnsAsync(new TaskHubState(TaskHubRole.StandingBy));

        var response = await _app.SendAsync(HttpMethod.Post, "/api/hello");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("not_owner", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_writes_does_not_wait_for_ever()
    {
        var asked = new TaskCompletionSource();
        _app.Status.Setup(one => one.ConfirmAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            asked.SetResult();
            return new TaskCompletionSource<TaskHubState>().Task;
        });

        var write = _app.SendAsync(HttpMethod.Post, "/api/hello");
        await asked.Task;
        while (!write.IsCompleted)
        {
            _app.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var response = await write;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("storage_unavailable", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_route_that_nobody_has_is_none_on_a_host_that_stands_by_either()
    {
        Is(TaskHubRole.StandingBy);

        Assert.Equal(HttpStatusCode.NotFound, (await _app.SendAsync(HttpMethod.Get, "/api/none")).StatusCode);
    }

    [Fact]
    public async Task A_hub_that_is_full_is_429_with_a_time_to_come_back()
    {
        var response = await _app.SendAsync(HttpMethod.Get, "/api/full");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("overloaded", problem.GetProperty("code").GetString());
    }

    private void Is(TaskHubRole role, HubOwner? owner = null) =>
        _app.Status.Setup(one => one.State).Returns(new TaskHubState(role, owner));

    public static class Hello
    {
        [Function("hello")]
        public static IResult Say([HttpTrigger] HttpRequest request) => Results.Json("hello");

        [Function("full")]
        public static IResult Fail([HttpTrigger] HttpRequest request) =>
            throw new TaskHubOverloadedException("The partition is full.");
    }
}
