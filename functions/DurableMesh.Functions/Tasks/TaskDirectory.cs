using DurableMesh.Core.Changes;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Tasks;

/// <summary><see cref="ITaskDirectory"/> over the log of its changes.</summary>
internal sealed class TaskDirectory(FoldedLog<TaskBoard, TaskChange> log) : ITaskDirectory
{
    public async ValueTask<MissionTask?> FindAsync(string taskId, CancellationToken cancellation) =>
        (await log.ReadAsync(cancellation)).Find(taskId);

    public ValueTask RefreshAsync(CancellationToken cancellation) => log.RefreshAsync(cancellation);

    public ValueTask<TaskBoard> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public Task<ChangeResult<TaskBoard>> ChangeAsync(TaskChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
