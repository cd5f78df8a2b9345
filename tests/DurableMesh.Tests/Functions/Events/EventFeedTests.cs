using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;

namespace DurableMesh.Tests.Functions.Events;

public sealed class EventFeedTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private readonly List<FeedHost> _hosts = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_waits_hears_of_what_comes_and_of_nothing_from_before()
    {
        var host = Open();
        var (first, second) = (new SampleThread(), new SampleThread());
        await host.Log.AppendAsync(first.Open(), Cancellation);
        var end = await host.Feed.EndAsync(Cancellation);
        var change = host.Feed.NextChange(EventFilter.Everything);
        Assert.Empty((await host.Feed.ReadAsync(end, EventFilter.Everything, 10, Cancellation)).Events);

        await host.Log.AppendAsync(second.Open(), Cancellation);

        await change.WaitAsync(Cancellation);
        var page = await host.Feed.ReadAsync(end, EventFilter.Everything, 10, Cancellation);
        Assert.Equal([second.Id, second.Id], page.Events.Select(one => one.Event.ThreadId));
        Assert.True(page.IsLast);
    }

    [Fact]
    public async Task Every_cursor_goes_on_where_it_stands()
    {
        var host = Open();
        await SpeakAsync(host, new SampleThread(), new SampleThread());
        var all = await AllAsync(host, EventCursor.Beginning, limit: 100);
        Assert.Equal(8, all.Count);

        for (var n = 0; n < all.Count; n++)
        {
            Assert.True(EventCursor.TryParse(all[n].Cursor.ToString(), out var cursor));
            var rest = await AllAsync(host, cursor, limit: 1);
            Assert.Equal(all.Skip(n + 1).Select(one => one.Event.Id), rest.Select(one => one.Event.Id));
        }
    }

    [Fact]
    public async Task A_host_that_starts_anew_and_one_that_reads_the_log_again_tell_the_same()
    {
        var host = Open();
        await SpeakAsync(host, new SampleThread(), new SampleThread());
        var live = (await AllAsync(host, EventCursor.Beginning, 100)).Select(one => (one.Event.Id, one.Cursor.ToString()));

        var again = (await AllAsync(Open(), EventCursor.Beginning, 100)).Select(one => (one.Event.Id, one.Cursor.ToString()));
        var scanned = await ScanAsync(Open(), EventFilter.Everything, limit: 3);

        Assert.Equal(live, again);
        Assert.Equal(live.Select(one => one.Id), scanned);
    }

    [Fact]
    public async Task A_step_that_lost_its_race_is_no_event_live_nor_read_again()
    {
        var (one, two) = (Open(), Open());
        var thread = new SampleThread();
        var opening = thread.Open();
        await Task.WhenAll(one.Log.AppendAsync(opening, Cancellation), two.Log.AppendAsync(opening, Cancellation));
        await one.Log.AppendAsync(thread.Note("n-1"), Cancellation);
        await two.Log.PingAsync(Cancellation);

        string[] expected = [$"{thread.Id}/0", $"{thread.Id}/1", $"{thread.Id}/2"];
        Assert.Equal(expected, (await AllAsync(two, EventCursor.Beginning, 100)).Select(entry => entry.Event.Id));
        Assert.Equal(expected, await ScanAsync(Open(), EventFilter.Everything, limit: 100));
    }

    [Fact]
    public async Task An_agent_hears_of_its_own_threads_only_live_and_read_again()
    {
        var host = Open();
        var (own, other) = (new SampleThread(), new SampleThread(builder: "other-builder", verifier: "other-verifier"));
        await SpeakAsync(host, other, own);
        var filter = new EventFilter { Listener = new Caller(Subject.Agent(SampleThread.Builder), [Scope.Read]) };

        var live = await AllAsync(host, EventCursor.Beginning, 100, filter);
        var scanned = await ScanAsync(Open(), filter, limit: 100);

        Assert.Equal(4, live.Count);
        Assert.All(live, entry => Assert.Equal(own.Id, entry.Event.ThreadId));
        Assert.Equal(live.Select(entry => entry.Event.Id), scanned);
        Assert.Empty(await AllAsync(host, EventCursor.Beginning, 100, filter with { Threads = [other.Id] }));
    }

    [Fact]
    public async Task An_agent_is_not_woken_by_other_agents_threads()
    {
        var host = Open();
        var filter = new EventFilter { Listener = new Caller(Subject.Agent("nobody-at-all"), [Scope.Read]) };
        var change = host.Feed.NextChange(filter);

        await host.Log.AppendAsync(new SampleThread().Open(), Cancellation);

        Assert.False(change.IsCompleted);
    }

    [Fact]
    public async Task Tasks_and_the_reach_of_agents_are_told_too_and_after_a_restart()
    {
        var host = Open();
        await host.Tasks.ChangeAsync(
            new TaskCreated(new CreateTaskRequest { Id = "7", Title = "seven", Owner = "agent:ann" }),
            "operator:bo",
            Cancellation);
        await host.Tasks.ChangeAsync(
            new TaskPatched("7", null, new PatchTaskRequest { State = MissionTaskState.InProgress }), "agent:ann", Cancellation);
        await host.Reach.ChangeAsync(new AgentLost("ann", "no answer"), "mesh", Cancellation);
        await host.Reach.ChangeAsync(new AgentLost("ann", "no answer"), "mesh", Cancellation);

        string[] expected = ["mesh.task.created tasks/7/1", "mesh.task.moved tasks/7/2", "mesh.agent.unreachable agents/ann/1"];
        foreach (var one in (FeedHost[])[host, Open()])
        {
            var told = await AllAsync(one, EventCursor.Beginning, 1);
            Assert.Equal(
                expected.Order(StringComparer.Ordinal),
                told.Select(entry => $"{entry.Event.Type} {entry.Event.Id}").Order(StringComparer.Ordinal));
        }

        var ann = new EventFilter { Listener = new Caller(Subject.Agent("ann"), [Scope.Read]) };
        var cat = new EventFilter { Listener = new Caller(Subject.Agent("cat"), [Scope.Read]) };
        Assert.Equal(3, (await AllAsync(host, EventCursor.Beginning, 10, ann)).Count);
        Assert.Empty(await AllAsync(host, EventCursor.Beginning, 10, cat));
    }

    [Fact]
    public async Task A_cursor_from_before_the_retention_is_refused_and_one_since_then_is_not()
    {
        var host = Open();
        var thread = new SampleThread(ttl: TimeSpan.FromDays(30));
        await host.Log.AppendAsync(thread.Open(), Cancellation);
        var early = (await AllAsync(host, EventCursor.Beginning, 1))[0].Cursor;
        thread.Now += TimeSpan.FromDays(1);
        await host.Log.AppendAsync(thread.Note("n-1"), Cancellation);
        thread.Now += TimeSpan.FromDays(1);
        await host.Log.AppendAsync(thread.Note("n-2"), Cancellation);

        host.Time.SetUtcNow(SampleThread.Noon.AddDays(8.5));
        await Assert.ThrowsAsync<EventsExpiredException>(async () => await AllAsync(host, early, 10));

        var since = SampleThread.Noon.AddDays(1.5);
        var filter = new EventFilter { NotBefore = since };
        var rest = await AllAsync(host, await host.Feed.SinceAsync(since, Cancellation), 10, filter);
        Assert.Equal(["n-2"], rest.Select(entry => ((MessageHead)entry.Event.Data).MessageId));
    }

    [Fact]
    public async Task A_cursor_of_another_store_or_from_the_future_is_refused()
    {
        var host = Open();
        await SpeakAsync(host, new SampleThread());
        var end = await host.Feed.EndAsync(Cancellation);
        var future = end with { Threads = end.Threads with { Offset = end.Threads.Offset + 1 } };
        var foreign = end with { Store = end.Store + 1 };
        var within = end with { Threads = new LogPosition(1, 7) };

        foreach (var cursor in (EventCursor[])[future, foreign])
        {
            await Assert.ThrowsAsync<UnknownPositionException>(
                async () => await host.Feed.ReadAsync(cursor, EventFilter.Everything, 1, Cancellation));
        }

        await Assert.ThrowsAsync<UnknownPositionException>(async () =>
            await ScanAsync(host, EventFilter.Everything, 1, within.Threads));
    }

    [Fact]
    public async Task The_end_of_a_store_without_threads_is_a_place_to_go_on_from()
    {
        var host = Open();
        var end = await host.Feed.EndAsync(Cancellation);

        await SpeakAsync(host, new SampleThread());

        Assert.Equal(4, (await AllAsync(host, end, 10)).Count);
    }

    [Fact]
    public async Task What_the_mesh_notes_counts_once_however_many_hosts_note_it()
    {
        var (one, two) = (Open(), Open());
        var thread = new SampleThread(ttl: TimeSpan.FromMinutes(10));
        var opening = thread.Open();
        await one.Log.AppendAsync(opening, Cancellation);
        await two.Log.PingAsync(Cancellation);
        var eight = SampleThread.Noon.AddMinutes(8);
        Assert.Empty(one.Log.NearTheirEnd(eight.AddTicks(-1)));
        Assert.Single(one.Log.NearTheirEnd(eight));

        var notice = new ThreadRecord
        {
            ThreadId = thread.Id,
            View = opening.View,
            Notice = new ThreadNotice(LimitKind.Ttl, eight, opening.Entries[^1].Ordinal),
        };
        await Task.WhenAll(one.Log.AppendAsync(notice, Cancellation), two.Log.AppendAsync(notice, Cancellation));
        await one.Log.AppendAsync(notice with { Notice = notice.Notice with { At = eight.AddMinutes(1) } }, Cancellation);
        await one.Log.AppendAsync(thread.Note("n-1"), Cancellation);
        await two.Log.PingAsync(Cancellation);

        string[] expected = ["mesh.thread.started", "mesh.message.delivered", "mesh.limit.near", "mesh.message.delivered"];
        Assert.Equal(expected, (await AllAsync(two, EventCursor.Beginning, 100)).Select(entry => entry.Event.Type));
        Assert.Empty(two.Log.NearTheirEnd(eight.AddYears(1)));
        Assert.Equal(2, (await Open().Log.FindAsync(thread.Id, Cancellation))?.View.Messages);
        Assert.Empty(Open().Log.NearTheirEnd(eight.AddYears(1)));
        Assert.Equal(4, (await ScanAsync(Open(), EventFilter.Everything, 100)).Count);
    }

    private static async Task SpeakAsync(FeedHost host, params SampleThread[] threads)
    {
        foreach (var thread in threads)
        {
            await host.Log.AppendAsync(thread.Open(), Cancellation);
        }

        for (var n = 1; n <= 2; n++)
        {
            foreach (var thread in threads)
            {
                await host.Log.AppendAsync(thread.Note($"n-{n}"), Cancellation);
            }
        }
    }

    private static async Task<List<FedEvent>> AllAsync(
        FeedHost host, EventCursor from, int limit, EventFilter? filter = null)
    {
        var all = new List<FedEvent>();
        EventPage page;
        do
        {
            page = await host.Feed.ReadAsync(from, filter ?? EventFilter.Everything, limit, Cancellation);
            Assert.True(page.Events.Count <= limit);
            all.AddRange(page.Events);
            from = page.Next;
        }
        while (!page.IsLast);
        return all;
    }

    /// <summary>The ids of a log that is read again from its beginning, as whoever lags behind the newest does.</summary>
    private static async Task<List<string>> ScanAsync(
        FeedHost host, EventFilter filter, int limit, LogPosition? begin = null)
    {
        await host.Log.PingAsync(Cancellation);
        var position = begin ?? LogPosition.Beginning;
        using var source = new ThreadEventSource(host.Log, host.Log.Tail);
        var all = new List<string>();
        SourcePage page;
        do
        {
            page = await source.ScanAsync(position, filter, limit, Cancellation);
            all.AddRange(page.Events.Select(one => one.Stored.Event.Id));
            position = page.Next;
        }
        while (!page.IsLast);
        return all;
    }

    private FeedHost Open()
    {
        var host = new FeedHost(_blobs);
        _hosts.Add(host);
        return host;
    }
}
