using DurableMesh.Core.Gate;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.Store;

namespace DurableMesh.Tests.Functions.ReadModel;

/// <summary>Lists of threads: from the tables the same as from the log's index.</summary>
public sealed class ThreadListTests : IAsyncLifetime
{
    private static readonly string[] Builders = ["codecraft-builder", "vizu-builder", "other-builder"];
    private static readonly string[] Verifiers = ["proveo-verifier", "vizu-builder"];
    private static readonly string[] Tasks = ["101959", "MC-7", "it's"];

    private readonly MemoryBlobs _blobs = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-lists-").FullName;
    private SearchHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SearchHost.StartAsync(_blobs, _folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_filter_and_every_caller_get_the_same_pages(int seed)
    {
        var random = new Random(seed);
        var threads = Enumerable.Range(0, 80).Select(_ => ThreadOf(random)).ToList();
        foreach (var thread in threads)
        {
            await _host.AppendAsync(RecordsOf(thread, random));
        }

        await _host.ReachAsync();
        foreach (var caller in (Caller[])[Caller.Anybody, SearchHost.Agent("vizu-builder"), SearchHost.Agent("nobody"), new Caller(Subject.Operator("ann"), [Scope.Send])])
        {
            foreach (var filter in FiltersOf(threads[random.Next(threads.Count)].Id))
            {
                var limit = random.Next(1, 30);
                Assert.Equal(
                    await PagesAsync(before => _host.Log.ListAsync(
                        view => filter.Matches(view) && caller.Sees(view), limit, before, default)),
                    await PagesAsync(async before =>
                    {
                        var (found, next) = await _host.State.ReadAsync(
                            connection => new ListRun(connection, filter, caller).Find(limit, before), default);
                        return new ThreadList(found, next is { } at ? at with { Store = _host.Log.Store } : null);
                    }));
            }
        }
    }

    [Fact]
    public async Task A_list_has_what_was_accepted_before_it()
    {
        var ids = new List<string>();
        for (var n = 0; n < 20; n++)
        {
            var thread = new SampleThread();
            ids.Insert(0, thread.Id);
            await _host.AppendAsync(thread.Open());

            var found = await _host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 100, before: null, default);
            Assert.Equal(ids, found.Threads.Select(one => one.ThreadId));
            Assert.Null(found.Next);
        }
    }

    [Fact]
    public async Task Without_tables_the_index_answers()
    {
        var folder = Path.Combine(_folder, "a-file");
        await File.WriteAllTextAsync(folder, "", TestContext.Current.CancellationToken);
        await using var host = await SearchHost.StartAsync(
            new MemoryBlobs(), folder, patience: TimeSpan.FromMilliseconds(100));
        await host.RefusalAsync("word");
        var (one, two) = (new SampleThread(), new SampleThread());
        await host.AppendAsync(one.Open(), two.Open());

        var first = await host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 1, before: null, default);
        var second = await host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 1, first.Next, default);

        Assert.Equal([two.Id, one.Id], first.Threads.Concat(second.Threads).Select(thread => thread.ThreadId));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Searches_that_are_slow_hold_up_no_list()
    {
        var thread = new SampleThread();
        await _host.AppendAsync(thread.Open());
        await _host.ReachAsync();
        using var end = new ManualResetEventSlim();
        Task<bool>[] searches = [.. Enumerable.Range(0, 8).Select(_ => _host.State.ReadAsync(_ => end.Wait(-1), default))];
        try
        {
            var found = await _host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 1, before: null, default);
            Assert.Equal(thread.Id, Assert.Single(found.Threads).ThreadId);
        }
        finally
        {
            end.Set();
            await Task.WhenAll(searches);
        }
    }

    [Fact]
    public async Task A_position_that_no_list_gave_is_refused()
    {
        var (one, two) = (new SampleThread(), new SampleThread());
        await _host.AppendAsync(one.Open(), two.Open());
        var next = (await _host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 1, before: null, default)).Next!.Value;

        foreach (var wrong in (LogPosition[])[next with { Offset = next.Offset + 1 }, next with { Store = 1 }])
        {
            await Assert.ThrowsAsync<UnknownPositionException>(
                async () => await _host.Search.ListAsync(TaskFilter("101959"), Caller.Anybody, 1, wrong, default));
        }
    }

    private static SampleThread ThreadOf(Random random) => new(
        request: SampleThread.RequestOf(Builders[random.Next(3)], Verifiers[random.Next(2)]) with
        {
            McTask = Tasks[random.Next(3)],
        });

    private static IEnumerable<ThreadRecord> RecordsOf(SampleThread thread, Random random)
    {
        var fate = random.Next(5);
        yield return thread.Open(fate switch { 0 => GateOutcome.Held, 1 => GateOutcome.Denied, _ => GateOutcome.Approved });
        if (fate == 2)
        {
            yield return thread.Cancel();
        }
    }

    private static IEnumerable<ThreadFilter> FiltersOf(string id) =>
        from state in (ThreadPhase?[])[null, ThreadPhase.Held, ThreadPhase.Ended]
        from end in (EndState?[])[null, EndState.Blocked]
        from agent in (string?[])[null, "builder", "vizu-builder"]
        from company in (string?[])[null, "vizu", "nobody"]
        from task in (string?[])[null, "it's"]
        from prefix in (string?[])[null, id[..1].ToUpperInvariant()]
        select new ThreadFilter(SearchHost.Registry, state, end, agent, company, task, prefix);

    private static async Task<List<string>> PagesAsync(Func<LogPosition?, ValueTask<ThreadList>> read)
    {
        var pages = new List<string>();
        LogPosition? next = null;
        do
        {
            var page = await read(next);
            pages.Add(string.Join(' ', page.Threads.Select(view => $"{view.ThreadId}:{view.State}")));
            next = page.Next;
        }
        while (next is not null);
        return pages;
    }

    private static ThreadFilter TaskFilter(string task) => new(SearchHost.Registry, mcTask: task);
}
