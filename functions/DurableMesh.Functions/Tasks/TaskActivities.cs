using DurableMesh.Core.Tasks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Tasks;

/// <summary>What threads do to their tasks, and what a tracker hears of it. Each may run twice.</summary>
public sealed partial class TaskActivities(
    ITaskDirectory tasks,
    ThreadTasks threads,
    TaskFollowing following,
    TaskWebhook webhook,
    ILogger<TaskActivities> logger)
{
    private const string Mesh = "mesh";

    /// <summary>Moves the task of a thread that has ended, once; a task that the mesh does not know stays unknown.</summary>
    /// <param name="outcome">How the thread ended.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(MoveTask))]
    public Task MoveTask(
        [ActivityTrigger] ThreadOutcome outcome, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        threads.MoveAsync(outcome, client, cancellation);

    /// <summary>
    /// Tells of a version, and of all that is untold of the task: those before it, which must be heard first, unless somebody
    /// else is about to tell them, and those after it, which wait for this one.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TaskNotToldException">The tracker has not heard of the version yet.</exception>
    [Function(nameof(TellTask))]
    public async Task TellTask(
        [ActivityTrigger] TaskNotice version, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var untold = (await tasks.ReadAsync(cancellation)).UntoldOf(version.TaskId);
        if (untold.All(task => task.Version != version.Version))
        {
            return;
        }

        if (untold[0].Version < version.Version && await following.IsUnderWayAsync(client, untold[0], cancellation))
        {
            throw new TaskNotToldException($"Version {untold[0].Version} comes first, and is not told yet.");
        }

        foreach (var task in untold)
        {
            try
            {
                await webhook.PostAsync(task, cancellation);
            }
            catch (TaskNotToldException e)
            {
                LogNotTold(task.Id, task.Version, e.Message);
                if (task.Version > version.Version)
                {
                    return;
                }

                throw;
            }

            await tasks.ChangeAsync(new TaskTold(task.Id, task.Version), Mesh, cancellation);
        }
    }

    /// <summary>Tells of a version no more.</summary>
    /// <param name="version">The version, and why.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(GiveUpTask))]
    public async Task GiveUpTask([ActivityTrigger] TaskNotice version, CancellationToken cancellation)
    {
        LogGivenUp(version.TaskId, version.Version, TaskTelling.GivenUpAfter.TotalHours, version.Why ?? "");
        await tasks.ChangeAsync(new TaskTold(version.TaskId, version.Version), Mesh, cancellation);
    }
}
