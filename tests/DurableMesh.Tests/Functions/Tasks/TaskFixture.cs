using System.Collections.Concurrent;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>The functions and activities of tasks over a log in memory, a task hub that only remembers, and a tracker.</summary>
internal sealed class TaskFixture : IAsyncDisposable
{
    public const string Id = "101959";
    public const string Secret = "a secret of twenty-seven letters";

    private readonly MeshFixture _mesh = new();
    private readonly FoldedLog<TaskBoard, TaskChange> _log;
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly TaskWebhook _webhook;

    public TaskFixture(bool followed = true)
    {
        var options = Options.Create(new MeshOptions
        {
            Tasks = { WebhookUrl = followed ? "https://tracker.example/hook?key=1" : null, WebhookSecret = Secret },
        });
        _log = new(_mesh.Blobs, "tasks", TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        _log.Start();
        Tasks = new TaskDirectory(_log);
        _webhook = new TaskWebhook(new HttpClient(Tracker), options);
        Following = NewFollowing();
        _client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                nameof(TaskTelling), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .Returns((TaskName _, object input, StartOrchestrationOptions start, CancellationToken _) =>
                Task.FromResult(Schedule((TaskNotice)input, start)));
        _client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .Returns((string id, bool _, CancellationToken _) => Task.FromResult(Find(id)));
        _client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns((string id, CancellationToken _) => Task.FromResult(Find(id)));
    }

    public Tracker Tracker { get; } = new();

    public ITaskDirectory Tasks { get; }

    public TaskFollowing Following { get; private set; }

    public Mock<ILogger<TaskActivities>> Log { get; } = new();

    public DurableTaskClient Client => _client.Object;

    /// <summary>The orchestrations that there are.</summary>
    public ConcurrentDictionary<string, OrchestrationRuntimeStatus> Instances { get; } = new(StringComparer.Ordinal);

    /// <summary>Who asks.</summary>
    public Caller Caller
    {
        set => _mesh.Caller = value;
    }

    /// <summary>Whether the task hub is away.</summary>
    public bool HubIsAway { get; set; }

    public TaskActivities Activities => new(Tasks, new ThreadTasks(Tasks, Following), Following, _webhook, Log.Object);

    /// <summary>Another host, or this one started again.</summary>
    public void Restart() => Following = NewFollowing();

    public Task<Answer> CreateAsync(string json) => _mesh.CallAsync(
        "POST", "/api/tasks", Encoding.UTF8.GetBytes(json), null, request => Functions().CreateAsync(request, Client, default));

    public Task<Answer> CreateAsync() =>
        CreateAsync("""{"id":"101959","title":"CSV reader","owner":"anna","state":"in_progress","company":"CodeCraft"}""");

    public Task<Answer> PatchAsync(string json, string? ifMatch = null, string id = Id) => _mesh.CallAsync(
        "PATCH", $"/api/tasks/{id}", Encoding.UTF8.GetBytes(json), null, request =>
        {
            request.Headers.IfMatch = ifMatch;
            return Functions().PatchAsync(request, id, Client, default);
        });

    public Task<Answer> GetAsync(string id = Id) =>
        _mesh.CallAsync("GET", $"/api/tasks/{id}", [], null, request => Functions().GetAsync(request, id, default));

    public Task<Answer> ListAsync(string query) =>
        _mesh.CallAsync("GET", $"/api/tasks{query}", [], null, request => Functions().ListAsync(request, default));

    public Task EndThreadAsync(string threadId, EndState endState = EndState.Pass, string taskId = Id) => Activities.MoveTask(
        new ThreadOutcome(taskId, threadId, endState, EndReason.Verified, null, $"evidence/{threadId}.json", Refused: false),
        Client,
        default);

    public Task TellAsync(int version) => Activities.TellTask(new TaskNotice(Id, version), Client, default);

    public async Task<MissionTask> TaskAsync() => (await Tasks.FindAsync(Id, default))!;

    public async Task<IEnumerable<int>> UntoldAsync() =>
        (await Tasks.ReadAsync(default)).UntoldOf(Id).Select(task => task.Version);

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _mesh.DisposeAsync();
        Tracker.Dispose();
    }

    private TaskFollowing NewFollowing() => new(
        Tasks,
        _webhook,
        new TaskHubCalls(Options.Create(new MeshOptions()), TimeProvider.System),
        NullLogger<TaskFollowing>.Instance);

    /// <summary>The keys that were issued.</summary>
    public KeyRing Ring { get; set; } = KeyRing.Empty;

    private TaskFunctions Functions() =>
        new(Tasks, Following, new SubjectNames(MeshFixture.KnownAgents(), MeshFixture.Keys(Ring)));

    private string Schedule(TaskNotice version, StartOrchestrationOptions start)
    {
        if (HubIsAway)
        {
            throw new StoreUnavailableException("The task hub does not answer.");
        }

        Assert.NotEmpty(start.DedupeStatuses!);
        Assert.Equal($"task-change:{version.TaskId}:{version.Version}", start.InstanceId);
        return Instances.TryAdd(start.InstanceId!, OrchestrationRuntimeStatus.Running)
            ? start.InstanceId!
            : throw new InvalidOperationException("An orchestration with this id exists.");
    }

    private OrchestrationMetadata? Find(string id) =>
        HubIsAway ? throw new StoreUnavailableException("The task hub does not answer.")
        : Instances.TryGetValue(id, out var status)
            ? new OrchestrationMetadata(nameof(TaskTelling), id) { RuntimeStatus = status }
        : null;
}
