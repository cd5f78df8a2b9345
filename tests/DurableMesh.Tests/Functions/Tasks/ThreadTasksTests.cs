using DurableMesh.Core.Tasks;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>What a thread's end does to its task.</summary>
public sealed class ThreadTasksTests : IAsyncLifetime
{
    private readonly TaskFixture _mesh = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_threads_end_moves_its_task_once_however_often_the_activity_runs()
    {
        await _mesh.CreateAsync();

        await _mesh.EndThreadAsync("t-1");
        await _mesh.PatchAsync("""{"by":"anna","state":"in_progress","why":"not yet"}""");
        await _mesh.EndThreadAsync("t-1");

        var task = await _mesh.TaskAsync();
        Assert.Equal((MissionTaskState.InProgress, 3), (task.State, task.Version));
        Assert.Equal(["evidence/t-1.json"], task.Evidence);
    }

    [Fact]
    public async Task The_end_of_a_thread_about_no_task_of_ours_leaves_no_trace()
    {
        await _mesh.EndThreadAsync("t-1", taskId: "elsewhere");

        Assert.False((await _mesh.Tasks.ReadAsync(default)).Knows("t-1"));
    }
}
