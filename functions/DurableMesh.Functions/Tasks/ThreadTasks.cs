using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Tasks;

/// <summary>What the end of a thread does to its MC task.</summary>
public sealed class ThreadTasks(ITaskDirectory tasks)
{
    private const string Mesh = "mesh";

    /// <summary>Whether the thread's task, if the mesh knows it, has the thread's end in its history.</summary>
    /// <param name="thread">The thread, which has ended.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<bool> HaveHeardAsync(ThreadView thread, CancellationToken cancellation)
    {
        var board = await tasks.ReadAsync(cancellation);
        return thread.Workflow is not null || board.Find(thread.McTask) is null || board.Knows(thread.ThreadId);
    }

    /// <summary>Moves the task of a thread that has ended, once; a task that the mesh does not know stays unknown.</summary>
    /// <param name="outcome">How the thread ended.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task MoveAsync(ThreadOutcome outcome, CancellationToken cancellation)
    {
        var board = await tasks.ReadAsync(cancellation);
        if (!outcome.InWorkflow && board.Find(outcome.TaskId) is not null && !board.Knows(outcome.ThreadId))
        {
            await tasks.ChangeAsync(new TaskThreadEnded(outcome), Mesh, cancellation);
        }
    }
}
