using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Tasks;

/// <summary>An MC task as the API shows it: what threads work on, and whose word it is that it is done (DESIGN §5).</summary>
public sealed record MissionTask
{
    /// <summary>
    /// How many of the newest threads, evidence files and history entries a task shows; the log holds them all.
    /// </summary>
    public const int Shown = 100;

    /// <summary>1 to 64 of <c>A-Z a-z 0-9 . _ : -</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Whoever alone may call it done: <c>agent:ID</c> or <c>operator:NAME</c>; in old records without what he is.
    /// </summary>
    public required string Owner { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required MissionTaskState State { get; init; }

    /// <summary>How urgent it is.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The company that it belongs to, if any.</summary>
    public string? Company { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>1 at first, one more with each entry of the history.</summary>
    public required int Version { get; init; }

    /// <summary>The threads about it that have ended, the newest last.</summary>
    public IReadOnlyList<string> Threads { get; init => field = value ?? []; } = [];

    /// <summary>What shows that it is done: evidence files of threads that ended as PASS, and what people named.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = value ?? []; } = [];

    /// <summary>What happened to it, the newest last.</summary>
    public IReadOnlyList<TaskHistoryEntry> History { get; init => field = value ?? []; } = [];
}

/// <summary>One thing that happened to a task.</summary>
public sealed record TaskHistoryEntry
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it; <c>mesh</c> where a thread's end did.</summary>
    public required string By { get; init; }

    /// <summary>The state before; null where the task was created.</summary>
    public MissionTaskState? From { get; init; }

    /// <summary>The state after; the same one where the state did not change.</summary>
    public required MissionTaskState To { get; init; }

    /// <summary>The reason.</summary>
    public string? Why { get; init; }

    /// <summary>The owner before, where the task was given to another.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousOwner { get; init; }

    /// <summary>The thread whose end it was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThreadId { get; init; }

    /// <summary>The evidence that came with it.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = value ?? []; } = [];
}

/// <summary>The answer to <c>GET /tasks</c>.</summary>
/// <param name="Tasks">The tasks, the newest first.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last one.</param>
public sealed record TasksPage(IReadOnlyList<MissionTask> Tasks, string? NextCursor);
