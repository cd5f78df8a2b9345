using System.Text.Json.Serialization;
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

    /// <summary>Whether somebody follows the tasks, who is to be told of the change: it is kept as untold until he is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Follow { get; init; }
}

/// <summary>What the tasks begin with; of no effect on those that have begun.</summary>
/// <param name="Tasks">The tasks, each with its id.</param>
public sealed record TasksSeeded(IReadOnlyList<CreateTaskRequest> Tasks) : TaskChange
{
    /// <summary>What an organisation begins with; null where it has no tasks.</summary>
    /// <param name="organisation">The organisation.</param>
    public static TasksSeeded? Of(Organisation organisation) =>
        organisation.Tasks.Count > 0 ? new TasksSeeded(organisation.Tasks) : null;
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
}

/// <summary>A thread about a task has ended.</summary>
/// <param name="Outcome">How.</param>
public sealed record TaskThreadEnded(ThreadOutcome Outcome) : TaskChange;

/// <summary>Who follows the tasks was told of a version, or it was given up.</summary>
/// <param name="Id">The task.</param>
/// <param name="Version">The version.</param>
public sealed record TaskTold(string Id, int Version) : TaskChange;
