using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Events;

/// <summary>One host's feed over a store that several may share.</summary>
internal sealed class FeedHost : IAsyncDisposable
{
    public FeedHost(MemoryBlobs blobs, MeshOptions? settings = null)
    {
        Options = Microsoft.Extensions.Options.Options.Create(settings ?? new MeshOptions());
        var options = Options.Value;
        Log = new BlobThreadLog(blobs, Options, TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        var tasks = new FoldedEventSource<TaskBoard, TaskChange>(
            step => TaskEvents.Of(step.Before, step.After, step.Logged.Change), Log.News, options.Events.Retention, () => Tasks!);
        var reach = new FoldedEventSource<AgentReach, ReachChange>(
            step => AgentReach.EventsOf(step.Before, step.After, step.Logged.Change, step.Logged.At),
            Log.News,
            options.Events.Retention,
            () => Reach!);
        Tasks = new(blobs, "tasks", options.Store.Patience, TimeProvider.System, NullLogger.Instance) { Follower = tasks };
        Reach = new(blobs, "reach", options.Store.Patience, TimeProvider.System, NullLogger.Instance) { Follower = reach };
        Feed = new EventFeed(Log, tasks, reach, Options, Time);
        Log.Start();
        Tasks.Start();
        Reach.Start();
    }

    public IOptions<MeshOptions> Options { get; }

    /// <summary>The clock of the retention.</summary>
    public FakeTimeProvider Time { get; } = new(SampleThread.Noon);

    public BlobThreadLog Log { get; }

    public FoldedLog<TaskBoard, TaskChange> Tasks { get; }

    public FoldedLog<AgentReach, ReachChange> Reach { get; }

    public EventFeed Feed { get; }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await Tasks.DisposeAsync();
        await Reach.DisposeAsync();
    }
}
