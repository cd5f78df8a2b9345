using DurableMesh.Core.Changes;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Functions.Workflows;

/// <summary>The runs of workflows that the mesh knows.</summary>
/// <remarks>
/// Every method throws <see cref="Store.StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface IWorkflowDirectory
{
    /// <summary>All runs, at most a second old.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<WorkflowBoard> ReadAsync(CancellationToken cancellation);

    /// <summary>Waits until what is read holds all that was written before this was asked.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>A run, at most a second old; null where there is none.</summary>
    /// <param name="workflowId">Its id.</param>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<WorkflowRun?> FindAsync(string workflowId, CancellationToken cancellation);

    /// <summary>Asks for a change; answers the runs after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<WorkflowBoard>> ChangeAsync(WorkflowChange change, string by, CancellationToken cancellation);
}
