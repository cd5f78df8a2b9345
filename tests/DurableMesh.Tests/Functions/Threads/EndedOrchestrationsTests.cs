using DurableMesh.Core.Gate;
using DurableMesh.Functions;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.LocalHost;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>The task hub keeps no more than a day of threads that have ended.</summary>
public sealed class EndedOrchestrationsTests : IAsyncDisposable
{
    private static readonly TimeSpan Kept = new RetentionOptions().Orchestrations;

    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly MockedHub _hub = new();
    private readonly Mock<IHubTerm> _term = new();
    private readonly RecordingLogger<EndedOrchestrations> _warnings = new(LogLevel.Warning);
    private readonly MeshFixture _mesh = new();
    private readonly EndedOrchestrations _ended;

    public EndedOrchestrationsTests()
    {
        var hub = new TaskHubCalls(Options.Create(new MeshOptions()), TimeProvider.System);
        _term.Setup(one => one.Current).Returns(1);
        _ended = new EndedOrchestrations(
            _mesh.Log,
            new StoppedThreads(_mesh.Log, _mesh.Evidence, MeshFixture.NoTasks(), _mesh.Seals, hub, _time),
            hub,
            Options.Create(new MeshOptions()),
            _time,
            _warnings,
            _term.Object,
            _hub.Client.Object);
    }

    public async ValueTask DisposeAsync()
    {
        _ended.Dispose();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Those_of_threads_that_ended_long_ago_go_and_all_others_stay()
    {
        var (old, young, open, unknown) = (new SampleThread(), new SampleThread(), new SampleThread(), new SampleThread());
        await RecordAsync(old.Open(GateOutcome.Denied), open.Open());
        young.Now = SampleThread.Noon.AddHours(2);
        await RecordAsync(young.Open(GateOutcome.Denied));
        foreach (var thread in new[] { old, young, open, unknown })
        {
            Show(nameof(ThreadOrchestrator), thread.Id);
            Show(nameof(ReplyOrchestrator), ReplyOrchestrator.InstanceOf(new ReplyTo(thread.Id, 2, "somebody")));
        }

        Show(nameof(ResponderWatch), "watch");
        Show("Workflow", old.Id + "-workflow");
        _time.Advance(Kept + TimeSpan.FromHours(1));

        Assert.Equal(2, await LookAsync());

        Assert.Equal(8, _hub.Instances.Count);
        Assert.Equal(
            [old.Id + "-workflow"], _hub.Instances.Keys.Where(id => id.Contains(old.Id, StringComparison.Ordinal)));
        Assert.Equal(0, await LookAsync());
    }

    [Fact]
    public async Task Many_pages_are_purged_in_one_look()
    {
        for (var n = 0; n < 250; n++)
        {
            var thread = new SampleThread();
            await RecordAsync(thread.Open(GateOutcome.Denied));
            Show(nameof(ThreadOrchestrator), thread.Id);
        }

        _time.Advance(Kept + TimeSpan.FromHours(1));

        Assert.Equal(250, await LookAsync());
        Assert.Empty(_hub.Instances);
    }

    [Fact]
    public async Task One_that_was_stopped_before_its_evidence_was_written_has_that_first()
    {
        var thread = new SampleThread();
        await RecordAsync(thread.Open(GateOutcome.Denied));
        Show(nameof(ThreadOrchestrator), thread.Id, OrchestrationRuntimeStatus.Terminated);
        _time.Advance(Kept + TimeSpan.FromHours(1));

        Assert.Equal(1, await LookAsync());
        Assert.NotNull(await new BlobEvidenceStore(_mesh.Blobs).FindAsync(
            (await _mesh.Log.FindAsync(thread.Id, default))!.View.Evidence.Path, default));
    }

    [Fact]
    public async Task Whoever_does_not_own_the_hub_leaves_it_alone()
    {
        var thread = new SampleThread();
        await RecordAsync(thread.Open(GateOutcome.Denied));
        Show(nameof(ThreadOrchestrator), thread.Id);
        _time.Advance(Kept + TimeSpan.FromHours(1));
        _term.Setup(one => one.Current).Returns((int?)null);

        Assert.Equal(0, await LookAsync());
        Assert.Single(_hub.Instances);
    }

    [Fact]
    public async Task A_hub_that_is_away_is_asked_again_later()
    {
        _hub.Client.Setup(one => one.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Throws(new IOException("away"));

        Assert.Equal(0, await LookAsync());
        Assert.Contains("away", Assert.Single(_warnings.Lines), StringComparison.Ordinal);
    }

    /// <summary>Looks; the pauses between pages pass at once.</summary>
    private async Task<int> LookAsync()
    {
        var look = _ended.LookAsync(default);
        await Eventually.CompletesAsync(look, _time, TimeSpan.FromMilliseconds(100));
        return await look;
    }

    private async Task RecordAsync(params ThreadRecord[] records)
    {
        foreach (var record in records)
        {
            Assert.Null(await _mesh.Log.AppendAsync(record, default));
        }
    }

    private void Show(
        string name, string id, OrchestrationRuntimeStatus status = OrchestrationRuntimeStatus.Completed) =>
        _hub.Instances[id] = new OrchestrationMetadata(name, id) { RuntimeStatus = status, CreatedAt = SampleThread.Noon };
}
