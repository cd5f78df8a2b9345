using DurableMesh.Core.Changes;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Workflows;

/// <summary><see cref="IWorkflowDirectory"/> over the log of its changes.</summary>
internal sealed class WorkflowDirectory(FoldedLog<WorkflowBoard, WorkflowChange> log) : IWorkflowDirectory
{
    public ValueTask<WorkflowBoard> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public ValueTask RefreshAsync(CancellationToken cancellation) => log.RefreshAsync(cancellation);

    public async ValueTask<WorkflowRun?> FindAsync(string workflowId, CancellationToken cancellation)
    {
        if ((await log.ReadAsync(cancellation)).Find(workflowId) is { } known)
        {
            return known;
        }

        // Another host may have begun it a moment ago.
        await log.RefreshAsync(cancellation);
        return (await log.ReadAsync(cancellation)).Find(workflowId);
    }

    public Task<ChangeResult<WorkflowBoard>> ChangeAsync(WorkflowChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
