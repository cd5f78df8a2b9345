using System.Text.Json;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.LocalHost;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>A store that came back from a storage with less than the task hub: what is mended, and what is said.</summary>
public sealed class StoreComparisonTests : IAsyncDisposable
{
    private readonly MemoryBlobs _blobs = new();
    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly MockedHub _hub = new();
    private readonly List<(string ThreadId, InboxEnvelope Envelope)> _raised = [];
    private readonly RecordingLogger<StoreComparison> _errors = new(LogLevel.Error);
    private readonly Mock<IHubTerm> _term = new();
    private readonly MeshOptions _options = new();
    private readonly MeshFixture _mesh = new();
    private readonly BlobThreadLog _log;
    private readonly ThreadSeals _seals;
    private readonly StoreComparison _comparison;

    public StoreComparisonTests()
    {
        _log = new BlobThreadLog(_blobs, Options.Create(_options), TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        _log.Start();
        _seals = new ThreadSeals(_blobs);
        _term.Setup(one => one.Current).Returns(1);
        _hub.Client.Setup(one => one.RaiseEventAsync(
                It.IsAny<string>(), InboxEnvelope.EventName, It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Callback((string id, string _, object payload, CancellationToken _) => _raised.Add((id, (InboxEnvelope)payload)))
            .Returns(Task.CompletedTask);
        _comparison = new StoreComparison(
            _log, _seals, new TaskHubCalls(Options.Create(_options), TimeProvider.System), _time, _errors, _term.Object, _hub.Client.Object);
    }

    public async ValueTask DisposeAsync()
    {
        _comparison.Dispose();
        await _log.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_asked_and_nothing_said_where_the_store_has_what_the_hub_has_or_more()
    {
        var (same, ahead, ended) = (new SampleThread(), new SampleThread(), new SampleThread());
        await RecordAsync(same.Open(), ahead.Open(), ended.Open(), ended.Cancel());
        Show(same);
        Show(ahead);
        await RecordAsync(ahead.Note("n-1"));
        Show(ended, OrchestrationRuntimeStatus.Completed);
        _hub.Instances["old"] = Instance("old", OrchestrationRuntimeStatus.Running, """{"state":"open","endState":null,"sequence":9}""");
        _hub.Instances["other"] = new OrchestrationMetadata("Other", "other") { RuntimeStatus = OrchestrationRuntimeStatus.Running };

        await LookAsync();

        Assert.Empty(_raised);
        Assert.Null(_comparison.Trouble);
        Assert.Equal(200, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task A_quiet_thread_records_again_what_the_store_lacks_and_is_asked_once()
    {
        var activities = new ThreadActivities(
            _log, new ThreadEvidence(_log, new BlobEvidenceStore(_blobs)), _seals, NullLogger<ThreadActivities>.Instance);
        var id = Guid.NewGuid().ToString("D");
        var step = new ThreadStep(await _seals.StartAsync(SampleThread.StartOf(id), default));
        step.Take(new GateEvaluated(SampleThread.Approval), SampleThread.Noon);
        Assert.Null((await activities.RecordThreadStep(step.ToRecord(), default)).Stored);
        step.Recorded(step.ToRecord());
        var note = new MessageArrived(
            SampleThread.Incoming(SampleThread.MessageOf("n-1", SampleThread.Builder, MessageKind.Note)));
        step.Take(await _seals.EnvelopAsync(id, "r-1", note, default), SampleThread.Noon);
        step.Recorded(step.ToRecord());
        Show(id, step.RecordedState);

        await LookAsync();
        await LookAsync();

        Assert.Contains(id, _comparison.Trouble, StringComparison.Ordinal);
        var (asked, envelope) = Assert.Single(_raised);
        Assert.Equal(id, asked);
        step.Take(Again(envelope), SampleThread.Noon);
        Assert.True(step.IsInDoubt);
        var answer = await activities.RecordThreadStep(step.ToQuestion()!, default);
        Assert.Null(answer.Forged);
        foreach (var lost in step.RecordedSince(answer.Stored!.Head!))
        {
            Assert.Null((await activities.RecordThreadStep(lost, default)).Stored);
        }

        Assert.Null((await activities.RecordThreadStep(step.ToQuestion()!, default)).Stored);
        await LookAsync();
        Assert.Null(_comparison.Trouble);
        Assert.Single(_raised);
        Assert.Empty(_errors.Lines);
        Assert.Equal(2, (await _log.FindAsync(id, default))!.View.Messages);
    }

    [Fact]
    public async Task A_thread_that_does_not_record_it_again_is_named_once_in_the_log()
    {
        var thread = new SampleThread();
        await RecordAsync(thread.Open());
        _ = thread.Note("n-1");
        Show(thread);
        await LookAsync();
        Assert.Empty(_errors.Lines);

        _time.Advance(StoreComparison.Patience);
        await LookAsync();
        await LookAsync();

        Assert.Contains(thread.Id, Assert.Single(_errors.Lines), StringComparison.Ordinal);
        Assert.Contains("has not recorded it again", _comparison.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_thread_that_has_ended_is_named_and_the_mesh_not_ready_until_it_is_purged(int minutesAgo)
    {
        var thread = new SampleThread();
        await RecordAsync(thread.Open());
        _ = thread.Cancel();
        Show(thread, OrchestrationRuntimeStatus.Completed, SampleThread.Noon.AddMinutes(-minutesAgo));

        await LookAsync();

        Assert.Empty(_raised);
        Assert.Contains(thread.Id, Assert.Single(_errors.Lines), StringComparison.Ordinal);
        var health = await HealthAsync();
        Assert.Equal(503, health.Status);
        var said = health.List("dependencies").Single(one => one.GetProperty("name").GetString() == "threads");
        Assert.False(said.GetProperty("healthy").GetBoolean());
        Assert.Contains($"{thread.Id} recorded last, and its orchestration is Completed: ", said.GetProperty("detail").GetString());
        Assert.Contains("purge the orchestration", said.GetProperty("detail").GetString());

        _hub.Instances.Clear();
        await LookAsync();
        Assert.Equal(200, (await HealthAsync()).Status);
    }

    [Fact]
    public async Task A_thread_of_which_the_store_has_nothing_is_named_until_it_is_restored()
    {
        var thread = new SampleThread();
        ThreadRecord[] all = [thread.Open(), thread.Cancel()];
        Show(thread, OrchestrationRuntimeStatus.Completed);

        await LookAsync();

        Assert.Contains(thread.Id, _comparison.Trouble, StringComparison.Ordinal);
        await RecordAsync(all);
        await LookAsync();
        Assert.Null(_comparison.Trouble);
    }

    [Fact]
    public async Task Every_page_of_the_hub_is_compared()
    {
        var threads = Enumerable.Range(0, StoreComparison.PageSize + 1)
            .Select(_ => new SampleThread())
            .OrderBy(one => one.Id, StringComparer.Ordinal)
            .ToArray();
        foreach (var thread in threads)
        {
            await RecordAsync(thread.Open());
        }

        _ = threads[^1].Note("n-1");
        Array.ForEach(threads, thread => Show(thread));

        await LookAsync();

        Assert.Equal(threads[^1].Id, Assert.Single(_raised).ThreadId);
        Assert.Equal(3, _hub.Pages);
    }

    [Fact]
    public async Task It_compares_again_after_a_recovery_and_after_the_storage_forgot_something_and_not_otherwise()
    {
        var thread = new SampleThread();
        await RecordAsync(thread.Open());
        Show(thread);
        await LookAsync();
        await LookAsync();
        var once = _hub.Pages;

        _term.Setup(one => one.Current).Returns(2);
        await LookAsync();
        Assert.Equal(2 * once, _hub.Pages);

        _blobs.Forget("threads/00000001", 2);
        await _log.PingAsync(default);
        await LookAsync();
        await LookAsync();
        Assert.Equal(3 * once, _hub.Pages);
    }

    [Fact]
    public async Task A_host_that_does_not_own_the_hub_asks_and_says_nothing()
    {
        var thread = new SampleThread();
        _ = thread.Open();
        Show(thread, OrchestrationRuntimeStatus.Completed);
        await LookAsync();
        Assert.NotNull(_comparison.Trouble);

        _term.Setup(one => one.Current).Returns((int?)null);
        await LookAsync();

        Assert.Null(_comparison.Trouble);
    }

    [Fact]
    public async Task A_hub_that_does_not_answer_is_compared_later()
    {
        var thread = new SampleThread();
        _ = thread.Open();
        Show(thread, OrchestrationRuntimeStatus.Completed);
        _hub.Client.SetupSequence(one => one.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>()))
            .Throws(new IOException("away"))
            .Returns(_hub.List(new OrchestrationQuery()))
            .Returns(_hub.List(new OrchestrationQuery()));

        await LookAsync();
        Assert.Null(_comparison.Trouble);
        await LookAsync();

        Assert.Contains(thread.Id, _comparison.Trouble, StringComparison.Ordinal);
    }

    private static InboxEnvelope Again(InboxEnvelope envelope) =>
        JsonSerializer.Deserialize<InboxEnvelope>(JsonSerializer.Serialize(envelope, AppJson.Options), AppJson.Options)!;

    private static OrchestrationMetadata Instance(
        string id, OrchestrationRuntimeStatus status, string customStatus, DateTimeOffset? created = null) =>
        new(nameof(ThreadOrchestrator), id)
        {
            RuntimeStatus = status,
            CreatedAt = created ?? SampleThread.Noon,
            DataConverter = new JsonDataConverter(AppJson.Options),
            SerializedCustomStatus = customStatus,
        };

    /// <summary>Looks; the pauses between pages pass at once.</summary>
    private Task LookAsync() =>
        Eventually.CompletesAsync(_comparison.LookAsync(default), _time, TimeSpan.FromMilliseconds(100));

    private async Task RecordAsync(params ThreadRecord[] records)
    {
        foreach (var record in records)
        {
            Assert.Null(await _log.AppendAsync(record, default));
        }
    }

    private void Show(
        SampleThread thread,
        OrchestrationRuntimeStatus status = OrchestrationRuntimeStatus.Running,
        DateTimeOffset? created = null) => Show(thread.Id, thread.State, status, created);

    /// <summary>The hub has a thread's orchestration as it is now.</summary>
    private void Show(
        string id,
        ThreadState state,
        OrchestrationRuntimeStatus status = OrchestrationRuntimeStatus.Running,
        DateTimeOffset? created = null) =>
        _hub.Instances[id] = Instance(id, status, JsonSerializer.Serialize(ThreadStatus.Of(state), AppJson.Options), created);

    private Task<Answer> HealthAsync() => _mesh.CallAsync("GET", "/api/health", [], null, request =>
        new HealthFunction(
                _log,
                Mock.Of<IStoreHealth>(),
                _comparison,
                Mock.Of<ISearchHealth>(),
                MeshFixture.KnownAgents(),
                Options.Create(_options),
                TimeProvider.System)
            .RunAsync(request, _hub.Client.Object, default));
}
