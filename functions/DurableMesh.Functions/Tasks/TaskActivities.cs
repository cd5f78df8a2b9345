using DurableMesh.Core.Tasks;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Tasks;

/// <summary>What threads do to their tasks. May run twice.</summary>
public sealed class TaskActivities(ThreadTasks threads)
{
    /// <summary>Moves the task of a thread that has ended, once; a task that the mesh does not know stays unknown.</summary>
    /// <param name="outcome">How the thread ended.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(MoveTask))]
    public Task MoveTask([ActivityTrigger] ThreadOutcome outcome, CancellationToken cancellation) =>
        threads.MoveAsync(outcome, cancellation);
}
