using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Events;
using DurableMesh.Functions;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Functions.Events;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class EventPageTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private PageFixture _fixture = null!;
    private FeedHost _host = null!;
    private FoldedLog<WebhookBook, WebhookChange> _book = null!;
    private EventSinks _sinks = null!;
    private EventStreams _streams = null!;
    private SinkStore _store = null!;
    private EventPageFunctions _functions = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PageFixture.StartAsync();
        _host = new FeedHost(_blobs, new MeshOptions
        {
            Tasks = { WebhookUrl = "http://127.0.0.1:1/hook?token=hidden", WebhookSecret = "a secret of the settings" },
        });
        var (changes, agents, guard) = (new WebhookChanges(), MeshFixture.KnownAgents(), new AddressGuard(_host.Options));
        _book = new(_blobs, "webhooks", TimeSpan.FromSeconds(8), TimeProvider.System, NullLogger.Instance) { Follower = changes };
        _book.Start();
        _store = new SinkStore(_blobs);
        _sinks = new EventSinks(
            _book,
            changes,
            _host.Feed,
            _store,
            guard,
            agents,
            new ConfigurationBuilder().Build(),
            _host.Options,
            TimeProvider.System,
            NullLogger<EventSinks>.Instance);
        _streams = new EventStreams(
            _fixture.Guard.Keys,
            agents,
            _host.Options,
            Mock.Of<IHostApplicationLifetime>(),
            _fixture.Guard.Time,
            NullLogger<EventStreams>.Instance);
        var services = new ServiceCollection()
            .AddSingleton(_book).AddSingleton(_sinks).AddSingleton(_store)
            .AddSingleton(new EventCursors(_blobs))
            .AddSingleton(new RecentEvents(_host.Feed, _host.Options, _host.Time))
            .BuildServiceProvider();
        _functions = new EventPageFunctions(
            _fixture.Pages,
            _fixture.Forms,
            new EventFunctions(_host.Feed, _streams, agents, _fixture.Guard.Callers, services, _host.Options, _host.Time),
            new WebhookFunctions(_host.Feed, guard, services, TimeProvider.System),
            services);
    }

    public async ValueTask DisposeAsync()
    {
        _streams.Dispose();
        _sinks.Dispose();
        await _book.DisposeAsync();
        await _host.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_told_in_words_with_the_newest_first()
    {
        var thread = new SampleThread();
        await _host.Log.AppendAsync(thread.Open(), Cancellation);
        await _host.Log.AppendAsync(
            thread.Send(SampleThread.MessageOf("s-1", SampleThread.Builder, MessageKind.Submission)), Cancellation);
        thread.Now += TimeSpan.FromMinutes(5);
        await _host.Log.AppendAsync(thread.Send(SampleThread.PassOf("v-1")), Cancellation);
        _host.Time.SetUtcNow(thread.Now.AddSeconds(1));

        var page = (await ListAsync()).MustBeFine().MustHaveNoForm();

        string[] inOrder =
        [
            "thread ended PASS, verified, after 2 turns", "verdict: pass #3 from proveo-verifier to codecraft-builder, 1 check",
            "submission #2", "brief #1", "thread started builder verifier about task 101959, priority M",
        ];
        var places = inOrder.Select(words => page.Text.IndexOf(words, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains($"/threads/{thread.Id}#m3", page.Links("/threads/"));
        Assert.DoesNotContain("Older events", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_in_which_nothing_happened_says_so()
    {
        var page = (await ListAsync()).MustBeFine();

        Assert.Contains("Nothing of that kind happened in the last 7 d 0 h.", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Older_events_are_a_link_away_until_there_are_none_and_none_is_shown_twice()
    {
        var thread = new SampleThread(request: SampleThread.RequestOf() with
        {
            Limits = new LimitsRequest { MaxFindingsPerTurn = 500, Ttl = TimeSpan.FromHours(12) },
        });
        await _host.Log.AppendAsync(thread.Open(), Cancellation);
        for (var n = 0; n < 120; n++)
        {
            // Some happen at the same instant.
            thread.Now += TimeSpan.FromMinutes(n % 3);
            await _host.Log.AppendAsync(thread.Note($"n-{n}"), Cancellation);
        }

        _host.Time.SetUtcNow(thread.Now.AddSeconds(1));
        var seen = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = (await ListAsync(next)).MustBeFine();
            seen.AddRange(page.Links("/threads/"));
            Assert.InRange(page.Links("/threads/").Count, 1, EventListModel.PageLength);
            next = page.Links("/events?before=") is [var older, ..] ? older["/events".Length..] : null;
        }

        Assert.Equal(
            [.. Enumerable.Range(1, 121).Reverse().Select(n => $"/threads/{thread.Id}#m{n}"), $"/threads/{thread.Id}"], seen);
    }

    [Fact]
    public async Task A_filter_stands_in_the_address_and_what_is_wrong_in_it_is_said()
    {
        var (one, other) = (new SampleThread(), new SampleThread(builder: "other-builder", verifier: "other-verifier"));
        await _host.Log.AppendAsync(one.Open(), Cancellation);
        await _host.Log.AppendAsync(other.Open(), Cancellation);
        _host.Time.SetUtcNow(one.Now.AddSeconds(1));

        var ofThread = (await ListAsync($"?thread={one.Id}&type=mesh.thread.*")).MustBeFine();
        var ofCompany = (await ListAsync("?company=codecraft&agent=&type=")).MustBeFine();

        Assert.Equal([$"/threads/{one.Id}"], ofThread.Links("/threads/"));
        Assert.Contains($"data-live=\"type=mesh.thread.%2A&amp;thread={one.Id}\"", ofThread.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(ofCompany.Links("/threads/"), link => link.Contains(other.Id, StringComparison.Ordinal));
        Assert.Equal(400, (await ListAsync("?type=mesh.everything")).Status);
        Assert.Equal(400, (await ListAsync("?before=yesterday")).Status);
    }

    [Fact]
    public async Task A_hostile_tasks_events_are_text_and_nothing_else()
    {
        var task = new CreateTaskRequest
        {
            Id = "t-1",
            Title = PageFixture.Hostile + new string('"', 1024 * 1024),
            Owner = PageFixture.Hostile,
        };
        await _host.Tasks.ChangeAsync(new TaskCreated(task), PageFixture.Hostile, Cancellation);
        _host.Time.SetUtcNow(DateTimeOffset.UtcNow.AddSeconds(1));

        var page = (await ListAsync()).MustBeFine();

        Assert.Contains("task created <script>", page.Text, StringComparison.Ordinal);
        Assert.Equal(["/tasks/t-1"], page.Links("/tasks/"));
    }

    [Fact]
    public async Task A_span_that_is_too_long_to_be_read_ends_the_search_and_says_how_far_it_went()
    {
        var (feed, begun) = (new Mock<IEventFeed>(), 0);
        feed.Setup(one => one.SinceAsync(It.IsAny<DateTimeOffset>(), It.IsAny<CancellationToken>()))
            .Callback(() => begun++).ReturnsAsync(default(EventCursor));
        feed.Setup(one => one.ReadAsync(
                It.IsAny<EventCursor>(), It.IsAny<EventFilter>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new EventPage([], default, IsLast: begun < 3));
        var recent = new RecentEvents(feed.Object, _host.Options, _host.Time);

        var page = await recent.ReadAsync(EventFilter.Everything, before: null, beforeEvent: null, 10, Cancellation);
        var again = await recent.ReadAsync(EventFilter.Everything, page.LookedBackTo, beforeEvent: null, 10, Cancellation);

        Assert.Equal((true, SampleThread.Noon.AddSeconds(-6)), (page.MayHaveMore, page.LookedBackTo));
        Assert.Equal((true, SampleThread.Noon.AddSeconds(-7)), (again.MayHaveMore, again.LookedBackTo));
    }

    [Fact]
    public async Task Webhooks_are_shown_with_their_state_and_no_secret()
    {
        var record = new SampleThread().Open();
        await _store.BuryAsync(
            "tasks", ThreadEvents.Of(record.View, record.Entries)[0], PageFixture.Hostile, SampleThread.Noon, Cancellation);

        var list = (await WebhooksAsync()).MustBeFine().MustHaveNoForm();
        var page = (await WebhookAsync("tasks")).MustBeFine();

        Assert.Contains("tasks active", list.Text, StringComparison.Ordinal);
        Assert.Contains("never 1", list.Text, StringComparison.Ordinal);
        Assert.Contains("thread started thread", page.Text, StringComparison.Ordinal);
        Assert.Contains("Resend", page.Text, StringComparison.Ordinal);
        Assert.All((PageFixture.Page[])[list, page], one =>
        {
            Assert.DoesNotContain("token=hidden", one.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("a secret of the settings", one.Html, StringComparison.Ordinal);
        });
        Assert.Equal(404, (await WebhookAsync("nothing")).Status);
    }

    [Fact]
    public async Task A_webhook_is_paused_and_resumed_by_forms()
    {
        var page = await WebhookAsync("tasks");

        var paused = await DoAsync(page, "PauseWebhook", "pause", request => _functions.PauseAsync(request, "tasks", default));
        Assert.Equal(303, paused.Status);
        Assert.Contains("It goes on where it was", (await WebhookAsync("tasks")).MustBeFine().Text, StringComparison.Ordinal);
        var resumed = await DoAsync(page, "ResumeWebhook", "resume", request => _functions.ResumeAsync(request, "tasks", default));
        Assert.Equal(303, resumed.Status);
        Assert.Contains("It is told nothing until", (await WebhookAsync("tasks")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_not_taken_again_stays_where_it_is()
    {
        var record = new SampleThread().Open();
        await _store.BuryAsync(
            "tasks", ThreadEvents.Of(record.View, record.Entries)[0], "It answered 500.", SampleThread.Noon, Cancellation);
        var letter = (await _store.ReadDeadAsync("tasks", 1, Cancellation)).Letters[0].Id;
        var page = await WebhookAsync("tasks");

        var again = await DoAsync(
            page,
            "ResendDeadLetter",
            $"dead/{letter}/resend",
            request => _functions.ResendAsync(request, "tasks", letter, default));

        Assert.Equal((409, "not_taken"), (again.Status, again.Code));
        Assert.Equal(1, await _store.CountDeadAsync("tasks", Cancellation));
    }

    [Fact]
    public async Task Whoever_may_only_read_sees_no_form_and_sends_none()
    {
        var reader = await _fixture.ReaderKeyAsync();
        var page = (await WebhookAsync("tasks", reader)).MustBeFine().MustHaveNoForm();

        var paused = await DoAsync(
            page, "PauseWebhook", "pause", request => _functions.PauseAsync(request, "tasks", default), reader);

        Assert.Equal(403, paused.Status);
        Assert.Contains("active", (await WebhookAsync("tasks")).Text, StringComparison.Ordinal);
    }

    private Task<PageFixture.Page> ListAsync(string query = "") =>
        _fixture.GetAsync("Events", "/events" + query, request => _functions.ListAsync(request, Cancellation));

    private Task<PageFixture.Page> WebhooksAsync() => _fixture.GetAsync(
        "Webhooks", "/events/webhooks", request => _functions.ListWebhooksAsync(request, Cancellation));

    private Task<PageFixture.Page> WebhookAsync(string id, string key = GuardedMesh.Root) => _fixture.GetAsync(
        "Webhook", $"/events/webhooks/{id}", request => _functions.ShowWebhookAsync(request, id, Cancellation), key);

    private Task<Answer> DoAsync(
        PageFixture.Page from,
        string function,
        string what,
        Func<HttpRequest, Task<IResult>> run,
        string key = GuardedMesh.Root) =>
        _fixture.PostAsync(from, function, $"/events/webhooks/tasks/{what}", run, key: key);
}
