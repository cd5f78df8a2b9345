using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>The functions and activities of tasks over a log in memory.</summary>
internal sealed class TaskFixture : IAsyncDisposable
{
    public const string Id = "101959";

    private readonly MeshFixture _mesh = new();
    private readonly FoldedLog<TaskBoard, TaskChange> _log;
    public TaskFixture()
    {
        _log = new(_mesh.Blobs, "tasks", TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        _log.Start();
        Tasks = new TaskDirectory(_log);
    }

    public ITaskDirectory Tasks { get; }

    /// <summary>Who asks.</summary>
    public Caller Caller
    {
        set => _mesh.Caller = value;
    }

    public TaskActivities Activities => new(new ThreadTasks(Tasks));

    public Task<Answer> CreateAsync(string json) => _mesh.CallAsync(
        "POST", "/api/tasks", Encoding.UTF8.GetBytes(json), null, request => Functions().CreateAsync(request, default));

    public Task<Answer> CreateAsync() =>
        CreateAsync("""{"id":"101959","title":"CSV reader","owner":"anna","state":"in_progress","company":"CodeCraft"}""");

    public Task<Answer> PatchAsync(string json, string? ifMatch = null, string id = Id) => _mesh.CallAsync(
        "PATCH", $"/api/tasks/{id}", Encoding.UTF8.GetBytes(json), null, request =>
        {
            request.Headers.IfMatch = ifMatch;
            return Functions().PatchAsync(request, id, default);
        });

    public Task<Answer> GetAsync(string id = Id) =>
        _mesh.CallAsync("GET", $"/api/tasks/{id}", [], null, request => Functions().GetAsync(request, id, default));

    public Task<Answer> ListAsync(string query) =>
        _mesh.CallAsync("GET", $"/api/tasks{query}", [], null, request => Functions().ListAsync(request, default));

    public Task EndThreadAsync(string threadId, EndState endState = EndState.Pass, string taskId = Id) => Activities.MoveTask(
        new ThreadOutcome(taskId, threadId, endState, EndReason.Verified, null, $"evidence/{threadId}.json", Refused: false),
        default);

    public async Task<MissionTask> TaskAsync() => (await Tasks.FindAsync(Id, default))!;

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    /// <summary>The keys that were issued.</summary>
    public KeyRing Ring { get; set; } = KeyRing.Empty;

    private TaskFunctions Functions() => new(Tasks, new SubjectNames(MeshFixture.KnownAgents(), MeshFixture.Keys(Ring)));
}
