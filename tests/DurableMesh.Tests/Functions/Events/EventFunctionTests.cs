using System.Text;
using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Identity;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Events;

public sealed class EventFunctionTests : IAsyncLifetime
{
    // As long as a cursor.
    private const string Zeros =
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private readonly MemoryBlobs _blobs = new();
    private readonly CancellationTokenSource _stopping = new();
    private GuardedMesh _mesh = null!;
    private FeedHost _host = null!;
    private EventStreams _streams = null!;
    private EventFunctions _functions = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mesh = await GuardedMesh.StartAsync();
        _host = new FeedHost(_blobs, new MeshOptions { Events = { StreamsPerCaller = 2, Streams = 3 } });
        var lifetime = new Mock<IHostApplicationLifetime>();
        lifetime.Setup(one => one.ApplicationStopping).Returns(_stopping.Token);
        var agents = MeshFixture.KnownAgents();
        _streams = new EventStreams(
            _mesh.Keys, agents, _host.Options, lifetime.Object, _mesh.Time, NullLogger<EventStreams>.Instance);
        await _streams.StartAsync(Cancellation);
        var services = new ServiceCollection().AddSingleton(new EventCursors(_blobs)).BuildServiceProvider();
        _functions = new EventFunctions(
            _host.Feed, _streams, agents, _mesh.Callers, services, _host.Options, _mesh.Time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _streams.StopAsync(Cancellation);
        await _host.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_tells_an_agent_of_its_own_threads_and_of_no_other()
    {
        var stream = await OpenAsync(await KeyOfAsync(SampleThread.Builder));
        var (own, other) = (new SampleThread(), new SampleThread(builder: "other-builder", verifier: "other-verifier"));

        await _host.Log.AppendAsync(other.Open(), Cancellation);
        await _host.Log.AppendAsync(own.Open(), Cancellation);
        await stream.UntilAsync("mesh:brief");
        var text = await stream.EndAsync();

        Assert.DoesNotContain(other.Id, text, StringComparison.Ordinal);
        Assert.Equal("text/event-stream", stream.Http.Response.ContentType);
        var frames = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Equal(2, frames.Length);
        Assert.All(frames, frame => Assert.Matches("^id: [A-Za-z0-9_-]+\nevent: mesh\\.[a-z.]+\ndata: \\{.*\\}$", frame));
    }

    [Fact]
    public async Task Whoever_comes_again_with_the_last_id_misses_nothing_and_hears_nothing_twice()
    {
        var stream = await OpenAsync(GuardedMesh.Root);
        var thread = new SampleThread();
        await _host.Log.AppendAsync(thread.Open(), Cancellation);
        await stream.UntilAsync("mesh:brief");
        var last = IdsOf(await stream.EndAsync())[^1];
        await _host.Log.AppendAsync(thread.Note("n-1"), Cancellation);

        var again = await OpenAsync(GuardedMesh.Root, headers: ("Last-Event-ID", last));
        await again.UntilAsync("n-1");

        Assert.DoesNotContain("mesh:brief", await again.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_news_is_kept_alive_and_its_place_shows_nothing_of_others()
    {
        var stream = await OpenAsync(await KeyOfAsync(SampleThread.Builder));
        await _host.Log.AppendAsync(
            new SampleThread(builder: "other-builder", verifier: "other-verifier").Open(), Cancellation);
        for (var n = 0; n < 3; n++)
        {
            await PassAsync(stream, EventStreamAnswer.KeepAlive, n + 1);
        }

        var text = await stream.EndAsync();
        var ids = IdsOf(text);
        Assert.Equal(4, ids.Distinct().Count());
        Assert.Single(ids.Select(id => id.Length).Distinct());
        Assert.DoesNotContain("data:", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_its_stream_and_no_other()
    {
        var issued = await _mesh.IssueAsync(SampleThread.Builder);
        var (stream, other) = (await OpenAsync(issued.Text("key")), await OpenAsync(await KeyOfAsync(SampleThread.Verifier)));
        await TickAsync();

        await _mesh.RevokeAsync(issued.Text("id"));

        await Eventually.TrueAsync(() =>
        {
            _mesh.Time.Advance(TimeSpan.FromSeconds(1));
            return stream.Ended.IsCompleted;
        });
        Assert.False(other.Ended.IsCompleted);
        await _host.Log.AppendAsync(new SampleThread().Open(), Cancellation);
        await other.UntilAsync("mesh:brief");
        Assert.DoesNotContain("data:", await stream.EndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_may_have_too_many_streams_nor_all_together()
    {
        var builder = await KeyOfAsync(SampleThread.Builder);
        Stream[] open = [await OpenAsync(builder), await OpenAsync(builder)];

        var third = await CallAsync(builder, "");
        Assert.Equal((429, "too_many_streams"), (third.Status, third.Code));
        Assert.True(third.Headers.ContainsKey("Retry-After"));

        var another = await OpenAsync(GuardedMesh.Root);
        var fourth = await CallAsync(await KeyOfAsync(SampleThread.Verifier), "");
        Assert.Equal((429, "too_many_streams"), (fourth.Status, fourth.Code));

        await open[0].EndAsync();
        await another.EndAsync();
        Assert.Equal(1, _streams.Count);
        await (await OpenAsync(builder)).EndAsync();
    }

    [Theory]
    [InlineData("?after=", 200, null)]
    [InlineData("?after=abc", 400, "unknown_position")]
    [InlineData("?after=" + Zeros, 400, "unknown_position")]
    [InlineData("?type=mesh.thread.began", 400, "unknown_value")]
    [InlineData("?type=mesh.thread.*&type=mesh.task.moved,mesh.limit.near", 200, null)]
    [InlineData("?since=P8D", 400, "out_of_range")]
    [InlineData("?since=yesterday", 400, "out_of_range")]
    [InlineData("?limit=501", 400, "out_of_range")]
    [InlineData("?until=now", 400, "unknown_field")]
    public async Task A_question_is_read_strictly(string query, int status, string? code)
    {
        var answer = await CallAsync(GuardedMesh.Root, query, json: true);

        Assert.Equal(status, answer.Status);
        Assert.Equal(code, status == 200 ? null : answer.Code);
    }

    [Fact]
    public async Task Too_many_values_are_refused()
    {
        var answer = await CallAsync(
            GuardedMesh.Root, "?thread=" + string.Join(',', Enumerable.Range(0, 33)), json: true);

        Assert.Equal((400, "out_of_range"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_page_is_a_list_with_the_place_after_it()
    {
        var thread = new SampleThread { Now = _mesh.Time.GetUtcNow() };
        await _host.Log.AppendAsync(thread.Open(), Cancellation);

        var first = await PageAsync("?since=PT1H&limit=1");
        var second = await PageAsync($"?after={first.Next}");
        var waiting = PageAsync($"?after={second.Next}&wait=PT60S&thread={thread.Id}");
        await Eventually.TrueAsync(() => _streams.Count == 1);
        await _host.Log.AppendAsync(thread.Note("n-1"), Cancellation);

        Assert.Equal(["mesh.thread.started"], first.Events.Select(one => one.Type));
        Assert.True(first.More);
        Assert.Equal(["mesh.message.delivered"], second.Events.Select(one => one.Type));
        Assert.False(second.More);
        var noted = Assert.Single((await waiting).Events);
        Assert.Equal("n-1", ((JsonElement)noted.Data).GetProperty("messageId").GetString());
        Assert.Equal(0, _streams.Count);
    }

    [Fact]
    public async Task A_place_from_before_the_retention_is_gone_and_the_answer_says_what_to_do()
    {
        var thread = new SampleThread(ttl: TimeSpan.FromDays(30));
        await _host.Log.AppendAsync(thread.Open(), Cancellation);
        var early = (await PageAsync("?limit=1&since=PT1H")).Next;
        for (var day = 1; day <= 3; day++)
        {
            thread.Now += TimeSpan.FromDays(1);
            await _host.Log.AppendAsync(thread.Note($"n-{day}"), Cancellation);
        }

        _host.Time.SetUtcNow(SampleThread.Noon.AddDays(9));
        foreach (var json in (bool[])[true, false])
        {
            var answer = await CallAsync(GuardedMesh.Root, $"?after={early}", json);
            Assert.Equal((410, "events_expired"), (answer.Status, answer.Code));
            Assert.Contains("since=", answer.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_place_of_another_store_is_none_here()
    {
        var cursors = new EventCursors(new MemoryBlobs());
        await cursors.OpenAsync(Cancellation);

        var answer = await CallAsync(GuardedMesh.Root, $"?after={cursors.Seal(EventCursor.Beginning)}", json: true);

        Assert.Equal((400, "unknown_position"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_stream_ends_when_the_host_does()
    {
        var stream = await OpenAsync(GuardedMesh.Root);

        await _stopping.CancelAsync();

        await stream.Ended.WaitAsync(Cancellation);
    }

    private static List<string> IdsOf(string text) =>
        [.. text.Split('\n').Where(line => line.StartsWith("id: ", StringComparison.Ordinal)).Select(line => line[4..])];

    private async Task<string> KeyOfAsync(string agent) => (await _mesh.IssueAsync(agent)).Text("key");

    /// <summary>Lets the clock go on until the stream has been kept alive so often.</summary>
    private async Task PassAsync(Stream stream, TimeSpan time, int times)
    {
        await Eventually.TrueAsync(() =>
        {
            if (stream.Text.Split("keep-alive").Length <= times)
            {
                _mesh.Time.Advance(time / 15);
                return false;
            }

            return true;
        });
    }

    private async Task TickAsync()
    {
        for (var n = 0; n < 3; n++)
        {
            _mesh.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private async Task<EventsPage> PageAsync(string query)
    {
        var answer = await CallAsync(GuardedMesh.Root, query, json: true);
        Assert.Equal(200, answer.Status);
        return JsonSerializer.Deserialize<EventsPage>(answer.Utf8, MeshJson.Options)!;
    }

    private Task<Answer> CallAsync(string key, string query, bool json = false) => _mesh.CallAsync(
        "Events", "GET", key, request => _functions.RunAsync(request, Cancellation), change: http =>
        {
            http.Request.QueryString = new QueryString(query);
            http.Request.Headers.Accept = json ? "application/json" : "text/event-stream";
        });

    private async Task<Stream> OpenAsync(string key, string query = "", params (string Name, string Value)[] headers)
    {
        DefaultHttpContext? http = null;
        var gone = new CancellationTokenSource();
        var count = _streams.Count;
        var ended = _mesh.CallAsync(
            "Events", "GET", key, request => _functions.RunAsync(request, Cancellation), change: context =>
            {
                http = (DefaultHttpContext)context;
                http.RequestAborted = gone.Token;
                http.Request.QueryString = new QueryString(query);
                foreach (var (name, value) in headers)
                {
                    http.Request.Headers[name] = value;
                }
            });
        var stream = new Stream(http!, ended, gone);
        await stream.UntilAsync("\n\n");
        Assert.Equal(count + 1, _streams.Count);
        return stream;
    }

    private sealed record Stream(DefaultHttpContext Http, Task<Answer> Ended, CancellationTokenSource Gone)
    {
        public string Text => Http.Response.Body is MemoryStream body
            ? Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length)
            : "";

        public Task UntilAsync(string text) => Eventually.TrueAsync(() => Text.Contains(text, StringComparison.Ordinal));

        public async Task<string> EndAsync()
        {
            await Gone.CancelAsync();
            return Encoding.UTF8.GetString((await Ended).Utf8);
        }
    }
}
