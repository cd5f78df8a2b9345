using System.Globalization;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions.Orchestrations;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Tasks;

/// <summary>
/// Sees to it that each change of a task is told to the tracker, if there is one: by an orchestration of its own, which is named
/// after it and so is started once.
/// </summary>
/// <remarks>
/// What is untold stands in the tasks' own log, so a host that dies before it has started the telling loses nothing: the next
/// call about tasks on a host that has started since makes up for it, and so does the next change of the task.
/// </remarks>
public sealed partial class TaskFollowing(
    ITaskDirectory tasks, TaskWebhook webhook, TaskHubCalls hub, ILogger<TaskFollowing> logger)
{
    private volatile bool _madeUp;

    /// <summary>Whether changes are to be followed.</summary>
    public bool IsOn => webhook.IsConfigured;

    /// <summary>The orchestration that tells of a version of a task.</summary>
    internal static string InstanceOf(MissionTask task) =>
        string.Create(CultureInfo.InvariantCulture, $"task-change:{task.Id}:{task.Version}");

    /// <summary>
    /// Starts to tell of what is untold of a task. Does not throw: what cannot be started now is started with the next call.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="taskId">The task, which may have changed.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task TellAsync(DurableTaskClient client, string taskId, CancellationToken cancellation)
    {
        if (!IsOn)
        {
            return;
        }

        try
        {
            var board = await tasks.ReadAsync(cancellation);
            foreach (var id in _madeUp ? [taskId] : board.Untold)
            {
                // Whoever tells of a version tells of those before it that nobody else does.
                if (board.UntoldOf(id) is [.., var newest])
                {
                    await hub.TryStartAsync(
                        client, nameof(TaskTelling), InstanceOf(newest), new TaskNotice(newest.Id, newest.Version), cancellation);
                }
            }

            _madeUp = true;
        }
        catch (Exception e)
        {
            _madeUp = false;
            LogNotStarted(taskId, e.Message);
        }
    }

    /// <summary>Whether somebody is about to tell of a version.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="task">The version.</param>
    /// <param name="cancellation">Stops waiting.</param>
    internal async Task<bool> IsUnderWayAsync(DurableTaskClient client, MissionTask task, CancellationToken cancellation) =>
        await hub.FindAsync(client, InstanceOf(task), withInput: false, cancellation) is { IsCompleted: false };
}
