using System.Text.Json.Serialization;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Organisations;

namespace DurableMesh.Core.Tasks;

/// <summary>What changes the tasks: a line of their log.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TasksSeeded), "seeded")]
[JsonDerivedType(typeof(TaskCreated), "created")]
[JsonDerivedType(typeof(TaskPatched), "patched")]
[JsonDerivedType(typeof(TaskThreadEnded), "thread_ended")]
[JsonDerivedType(typeof(TaskTold), "told")]
public abstract record TaskChange
{
    private protected TaskChange()
    {
    }
}

/// <summary>What the tasks begin with; of no effect on those that have begun.</summary>
/// <param name="Tasks">The tasks, each with its id.</param>
public sealed record TasksSeeded(IReadOnlyList<CreateTaskRequest> Tasks) : TaskChange
{
    /// <summary>What an organisation begins with; null where it has no tasks.</summary>
    /// <param name="organisation">The organisation.</param>
    public static TasksSeeded? Of(Organisation organisation) =>
        organisation.Tasks.Count == 0 ? null : new TasksSeeded(
            [.. organisation.Tasks.Select(task => task with { Owner = OwnerIn(organisation, task.Owner).ToString() })]);

    private static Subject OwnerIn(Organisation organisation, string owner) => Subject.TryParse(owner)
        ?? (organisation.Agents.Any(agent => agent.Id == owner) ? Subject.Agent(owner) : Subject.Operator(owner));
}

/// <summary>A task is to be created.</summary>
/// <param name="Task">The task, with its id.</param>
public sealed record TaskCreated(CreateTaskRequest Task) : TaskChange;

/// <summary>Somebody changes a task.</summary>
/// <param name="Id">The task.</param>
/// <param name="Expected">The version that the change was made for; null where it does not matter.</param>
/// <param name="Patch">The change.</param>
public sealed record TaskPatched(string Id, int? Expected, PatchTaskRequest Patch) : TaskChange
{
    /// <summary>Whether an operator asks for it, who may give a task to another when its owner cannot.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByOperator { get; init; }

    /// <summary>Whom the owner on record means, where the record does not say what he is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Subject? OwnerMeant { get; init; }

    /// <summary>Whether evidence must exist and be the task's; it need not in changes from before that was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsChecked { get; init; }
}

/// <summary>A thread about a task has ended.</summary>
/// <param name="Outcome">How.</param>
public sealed record TaskThreadEnded(ThreadOutcome Outcome) : TaskChange;

/// <summary>
/// Who followed the tasks was told of a version: of no effect, and in logs only from before webhooks kept their own position.
/// </summary>
/// <param name="Id">The task.</param>
/// <param name="Version">The version.</param>
public sealed record TaskTold(string Id, int Version) : TaskChange;
