using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using DurableMesh.LocalHost;

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Tests.LocalHost;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_long_poll_ends_when_the_host_stops_and_its_answer_still_arrives()
    {
        var polls = new Polls();
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(polls), typeof(LongPolls));
        var poll = app.GetAsync("/api/token");
        await polls.Begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        await app.StopAsync();

        Assert.Equal("\"nothing new\"", await poll);
    }

    [Fact]
    public async Task A_long_poll_that_gives_up_by_throwing_is_503_with_a_time_to_come_back()
    {
        var polls = new Polls();
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(polls), typeof(LongPolls));
        var poll = app.SendAsync(HttpMethod.Get, "/api/throws");
        await polls.Begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        await app.StopAsync();

        var response = await poll;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("host_stopping", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_request_that_only_listens_to_its_caller_is_cut_off_so_that_the_host_stops_all_the_same()
    {
        var polls = new Polls();
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(polls), typeof(LongPolls));
        var deaf = app.SendAsync(HttpMethod.Get, "/api/aborted");
        await polls.Begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        var stop = app.StopAsync();
        while (!stop.IsCompleted)
        {
            app.Time.Advance(LoopbackServer.DrainTime);
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => deaf);
        await polls.Ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        var polls = new Polls();
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddSingleton(polls), typeof(LongPolls));
        using var caller = new CancellationTokenSource();
        var poll = app.Http.GetAsync("/api/token", caller.Token);
        await polls.Begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await polls.Ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    public sealed class Polls
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public sealed class LongPolls(Polls polls)
    {
        [Function("token")]
        public Task<IResult> TokenAsync([HttpTrigger] HttpRequest request, CancellationToken cancellation) =>
            WaitAsync(cancellation);

        [Function("aborted")]
        public Task<IResult> AbortedAsync([HttpTrigger] HttpRequest request) => WaitAsync(request.HttpContext.RequestAborted);

        [Function("throws")]
        public async Task<string> ThrowsAsync([HttpTrigger] HttpRequest request, CancellationToken cancellation)
        {
            polls.Begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return "never";
        }

        private async Task<IResult> WaitAsync(CancellationToken cancellation)
        {
            polls.Begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException)
            {
                polls.Ended.SetResult();
            }

            return Results.Json("nothing new");
        }
    }
}
