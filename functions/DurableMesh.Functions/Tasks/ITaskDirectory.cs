using DurableMesh.Core.Changes;
using DurableMesh.Core.Tasks;

namespace DurableMesh.Functions.Tasks;

/// <summary>The MC tasks that the mesh knows.</summary>
/// <remarks>
/// Every method throws <see cref="Store.StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface ITaskDirectory
{
    /// <summary>A task, at most a second old; null where there is none of that id.</summary>
    /// <param name="taskId">Its id; case matters.</param>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<MissionTask?> FindAsync(string taskId, CancellationToken cancellation);

    /// <summary>All tasks, at most a second old. Cheap; each call may answer a newer state.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<TaskBoard> ReadAsync(CancellationToken cancellation);

    /// <summary>Waits until what is read holds all that was written before this was asked: before a "no" that is final.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>Asks for a change; answers the tasks after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<TaskBoard>> ChangeAsync(TaskChange change, string by, CancellationToken cancellation);
}
