using System.Collections.Concurrent;
using DurableMesh.Core.Events;
using DurableMesh.Functions;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Events.Sinks;

/// <summary>A webhook's life over a socket: the loop of the sinks, the guarded client, and a receiver with moods.</summary>
public sealed class WebhookReceiverTests : IAsyncLifetime
{
    private const int AskedForSeconds = 1_200;

    private readonly MemoryBlobs _blobs = new();
    private readonly SampleThread _thread = new(ttl: TimeSpan.FromDays(30));
    private readonly ConcurrentQueue<Post> _posts = new();
    private FeedHost _host = null!;
    private FoldedLog<WebhookBook, WebhookChange> _book = null!;
    private EventSinks _sinks = null!;
    private AnsweringServer _receiver = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = new FeedHost(_blobs, new MeshOptions { Webhooks = { Allow = "127.0.0.1" } });
        var changes = new WebhookChanges();
        _book = new(_blobs, "webhooks", TimeSpan.FromSeconds(8), TimeProvider.System, NullLogger.Instance) { Follower = changes };
        _book.Start();
        _sinks = new EventSinks(
            _book,
            changes,
            _host.Feed,
            new SinkStore(_blobs),
            new AddressGuard(_host.Options),
            MeshFixture.KnownAgents(),
            new ConfigurationBuilder().Build(),
            _host.Options,
            _host.Time,
            NullLogger<EventSinks>.Instance);
        _receiver = new AnsweringServer(ReceiveAsync);
        await _host.Log.AppendAsync(_thread.Open(), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _sinks.StopAsync(Cancellation);
        _sinks.Dispose();
        await _receiver.DisposeAsync();
        await _book.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_receiver_is_asked_again_after_500_and_when_429_says_and_never_after_410()
    {
        var webhook = new Webhook
        {
            Id = "moody",
            Url = $"{_receiver.Address}/hook",
            Secret = WebhookSignature.NewSecret(),
            From = EventCursor.Beginning.ToString(),
        };
        await _book.ChangeAsync(new WebhookAdded(webhook.Id, webhook), "ann", Cancellation);
        await _sinks.StartAsync(Cancellation);

        await Eventually.TrueAsync(() =>
        {
            // Only what waits for the clock goes on by this: the answers come over the socket.
            _host.Time.Advance(TimeSpan.FromSeconds(1));
            return _posts.Count >= 3;
        });
        while ((await _book.ReadAsync(Cancellation)).PauseOf(webhook.Id) is null)
        {
            await Task.Delay(1, Cancellation);
        }

        await _host.Log.AppendAsync(_thread.Note("n-1"), Cancellation);
        for (var minute = 0; minute < 60; minute++)
        {
            _host.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        var posts = _posts.ToArray();
        Assert.Equal([500, 429, 410], posts.Select(post => post.Answer));
        Assert.Single(posts.Select(post => post.Id).Distinct());
        Assert.True(posts[2].At - posts[1].At >= TimeSpan.FromSeconds(AskedForSeconds));
        Assert.Equal("It answered 410.", (await _book.ReadAsync(Cancellation)).PauseOf(webhook.Id)!.Gone);
    }

    private Task ReceiveAsync(HttpContext http)
    {
        http.Response.StatusCode = _posts.Count switch { 0 => 500, 1 => 429, _ => 410 };
        if (http.Response.StatusCode == StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = $"{AskedForSeconds}";
        }

        _posts.Enqueue(new Post(
            http.Request.Headers["webhook-id"].ToString(), _host.Time.GetUtcNow(), http.Response.StatusCode));
        return Task.CompletedTask;
    }

    private sealed record Post(string Id, DateTimeOffset At, int Answer);
}
