using System.Globalization;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;

namespace DurableMesh.Core.Events;

/// <summary>The events of tasks: one for each change that made a new version of one.</summary>
public static class TaskEvents
{
    /// <summary>What a change of the tasks comes to.</summary>
    /// <param name="before">The tasks before it.</param>
    /// <param name="after">The tasks after it.</param>
    /// <param name="change">The change.</param>
    public static IReadOnlyList<MeshEvent> Of(TaskBoard before, TaskBoard after, TaskChange change)
    {
        var taskId = change switch
        {
            TaskCreated created => created.Task.Id,
            TaskPatched patched => patched.Id,
            TaskThreadEnded ended => ended.Outcome.TaskId,
            _ => null,
        };
        return taskId is not null && after.Find(taskId) is { } task && before.Find(taskId)?.Version != task.Version
            ? [Of(task)]
            : [];
    }

    /// <summary>The event of a task's newest version: the task, its history only what made it so.</summary>
    private static MeshEvent Of(MissionTask task)
    {
        var made = task.History[^1];
        return new MeshEvent
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"tasks/{task.Id}/{task.Version}"),
            Source = "/tasks",
            Type = made switch
            {
                { From: null } => EventTypes.TaskCreated,
                { From: var from, To: var to } when from != to => EventTypes.TaskMoved,
                _ => EventTypes.TaskChanged,
            },
            Subject = task.Id,
            Time = task.UpdatedAt,
            Data = task with { History = [made] },
            Agents = [.. new[] { task.Owner, made.PreviousOwner }.Select(AgentOf).OfType<string>().Distinct()],
            Company = task.Company,
        };
    }

    private static string? AgentOf(string? owner) =>
        Subject.TryParse(owner) is { IsAgent: true, Name: var name } ? name : null;
}
