using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Functions;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.ReadModel;

/// <summary>One host's store and its read model.</summary>
internal sealed class SearchHost : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);

    private readonly ReadModelService _service;

    private SearchHost(
        MemoryBlobs blobs, string folder, TimeSpan? retryAfter, int maxMegabytes, bool sharedByHosts, TimeSpan patience)
    {
        var options = Options.Create(new MeshOptions
        {
            ReadModel = { MaxMegabytes = maxMegabytes },
            Store = { SharedByHosts = sharedByHosts },
            Events = { Retention = TimeSpan.FromDays(3650) },
        });
        State = new ReadModelState(TimeProvider.System);
        Snapshots = new Snapshots(blobs, TimeProvider.System, Refusals);
        Past = new PastThreads(new ReadModelPlace(folder), State, Snapshots, options);
        Log = new BlobThreadLog(blobs, options, TimeProvider.System, NullLogger<BlobThreadLog>.Instance, Past);
        Bodies = new BlobBodyStore(blobs, options, TimeProvider.System, NullLogger<BlobBodyStore>.Instance);
        Search = new ThreadSearch(Log, State) { Patience = patience };

        // It hurries for whoever searches, and for nobody else.
        _service = new ReadModelService(
            new LoggedSteps(Log, Bodies), Past, State, options, new ReadModelPlace(folder), TimeProvider.System, Warnings)
        {
            Quiet = Never,
            Linger = Never,
            RetryAfter = retryAfter ?? Never,
        };
    }

    public BlobThreadLog Log { get; }

    public BlobBodyStore Bodies { get; }

    public ReadModelState State { get; }

    /// <summary>The copies of its file in the storage.</summary>
    public Snapshots Snapshots { get; }

    /// <summary>Which snapshots it passed over, and why.</summary>
    public RecordingLogger<Snapshots> Refusals { get; } = new(LogLevel.Warning);

    /// <summary>What its index knows without reading the log.</summary>
    public PastThreads Past { get; }

    public IThreadSearch Search { get; }

    /// <summary>What it warned of.</summary>
    public RecordingLogger<ReadModelService> Warnings { get; } = new(LogLevel.Warning);

    public static async Task<SearchHost> StartAsync(
        MemoryBlobs blobs,
        string folder,
        TimeSpan? retryAfter = null,
        int maxMegabytes = 64,
        bool sharedByHosts = false,
        TimeSpan? patience = null)
    {
        var host = new SearchHost(
            blobs, folder, retryAfter, maxMegabytes, sharedByHosts, patience ?? TimeSpan.FromSeconds(30));
        host.Log.Start();
        host.Bodies.Start();
        await host._service.StartAsync(CancellationToken.None);
        return host;
    }

    /// <summary>Appends what threads recorded.</summary>
    public async Task AppendAsync(params IEnumerable<ThreadRecord> records)
    {
        foreach (var record in records)
        {
            Assert.Null(await Log.AppendAsync(record, CancellationToken.None));
        }
    }

    /// <summary>Waits until the tables have all that was appended.</summary>
    public async Task ReachAsync() =>
        Assert.True(await State.ReachAsync(await Log.EndAsync(default), TimeSpan.FromSeconds(30), default));

    /// <summary>Does something to a file behind a host's back.</summary>
    public static void Spoil(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        ReadModelDatabase.Execute(connection, sql);
    }

    /// <summary>Searches as a person types.</summary>
    public async Task<FoundThreads> FindAsync(
        string typed, Caller? caller = null, ThreadFilter? filter = null, int limit = 50, LogPosition? before = null)
    {
        Assert.True(SearchWords.TryParse(typed, out var words, out _));
        return await Search.FindAsync(words, filter ?? All, caller ?? Caller.Anybody, limit, before, CancellationToken.None);
    }

    /// <summary>The ids of the threads that a search finds.</summary>
    public async Task<IEnumerable<string>> IdsAsync(string typed, Caller? caller = null, ThreadFilter? filter = null)
    {
        var found = await FindAsync(typed, caller, filter);
        Assert.False(found.IsBehind);
        Assert.Equal(found.Threads.Select(thread => thread.ThreadId), found.Hits.Select(hit => hit.ThreadId));
        return found.Threads.Select(thread => thread.ThreadId);
    }

    /// <summary>Searches until it is answered.</summary>
    public async Task<IEnumerable<string>> IdsInTheEndAsync(string typed)
    {
        IEnumerable<string> ids = [];
        await Eventually.SucceedsAsync(async () =>
        {
            try
            {
                ids = await IdsAsync(typed);
            }
            catch (SearchUnavailableException e)
            {
                throw new IOException(e.Message, e);
            }
        });
        return ids;
    }

    /// <summary>Searches until it is refused because of what the host has warned of.</summary>
    public async Task<SearchUnavailableException> RefusalAsync(string typed)
    {
        SearchUnavailableException? refusal = null;
        await Eventually.SucceedsAsync(async () =>
        {
            try
            {
                await FindAsync(typed);
            }
            catch (SearchUnavailableException refused) when (refused.Message == State.Detail && !Warnings.Lines.IsEmpty)
            {
                refusal = refused;
                return;
            }
            catch (SearchUnavailableException)
            {
                // It has not tried its file yet.
            }

            throw new IOException("The search is not refused yet.");
        });
        return refusal!;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(CancellationToken.None);
        _service.Dispose();
        await Log.DisposeAsync();
        await Bodies.DisposeAsync();
        Past.Dispose();
        State.Dispose();
    }

    /// <summary>The agents that filters know.</summary>
    public static AgentRegistry Registry { get; } = Core.Agents.SampleRegistry.Of(Core.Agents.SampleRegistry.SeedOf("""
        {"agents":[
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"],"aliases":["builder"]},
          {"id":"vizu-builder","company":"vizu","roles":["builder"]}
        ]}
        """));

    /// <summary>An agent that asks.</summary>
    public static Caller Agent(string id) => new(Subject.Agent(id), [Scope.Read]);

    /// <summary>Every thread.</summary>
    public static ThreadFilter All { get; } = new(AgentRegistry.Empty);
}
