using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.History;

/// <summary>
/// One fact in the life of an orchestration instance. Facts are either <em>inputs</em> (what happened to the orchestrator: it
/// was started, an event came, an activity completed), recorded when they arrive, or <em>outputs</em> (what its code decided:
/// schedule, wait, complete). An episode is <see cref="EpisodeStarted"/>, at which the code sees all inputs before it, and the
/// outputs that it produced from them; it is committed as a whole.
/// </summary>
internal abstract record HistoryEvent
{
    /// <summary>
    /// Whether the fact was produced by the orchestrator's code and must therefore be produced again by a replay.
    /// </summary>
    public virtual bool IsOutput => false;

    /// <summary>Whether the history begins anew with it.</summary>
    public bool IsBeginning => this is GenerationStarted or ExecutionRewound { ExecutionId: not null };
}

/// <summary>The instance was created.</summary>
internal sealed record ExecutionStarted(
    string Name,
    string ExecutionId,
    string? Input,
    DateTime CreatedAt,
    string? Version = null,
    DateTime? ScheduledStart = null,
    ParentLink? Parent = null,
    IReadOnlyDictionary<string, string>? Tags = null) : HistoryEvent;

/// <summary>Which orchestration waits for this one, and under which of its task ids.</summary>
internal sealed record ParentLink(string Name, string InstanceId, string ExecutionId, int TaskId);

/// <summary>The code ran at <paramref name="At"/>: the only clock that it sees until the next episode.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="LongestTimer">
/// Into parts of which length the episode split a longer timer; null where it had none. A replay splits as its record says,
/// whatever the worker's setting is by then.
/// </param>
internal sealed record EpisodeStarted(DateTime At, TimeSpan? LongestTimer = null) : HistoryEvent;

/// <summary>An external event arrived.</summary>
internal sealed record EventRaised(string Name, string? Input) : HistoryEvent;

/// <summary>The code called an activity.</summary>
/// <param name="Id">Its number among the code's calls.</param>
/// <param name="Name">Which activity.</param>
/// <param name="Input">Its serialised input.</param>
/// <param name="Version">The version that the code asked for; null: the orchestration's own.</param>
/// <param name="Tags">The call's tags; a replay may have others.</param>
internal sealed record ActivityScheduled(
    int Id, string Name, string? Input, string? Version = null, IReadOnlyDictionary<string, string>? Tags = null) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;

    /// <inheritdoc/>
    public bool Equals(ActivityScheduled? other) =>
        other is not null && (Id, Name, Input, Version) == (other.Id, other.Name, other.Input, other.Version);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name);
}

/// <summary>An activity returned.</summary>
internal sealed record ActivityCompleted(int Id, string? Result) : HistoryEvent;

/// <summary>An activity threw.</summary>
internal sealed record ActivityFailed(int Id, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>The code asked to be woken at <paramref name="FireAt"/>.</summary>
internal sealed record TimerCreated(int Id, DateTime FireAt) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>The code no longer wants to be woken.</summary>
internal sealed record TimerCanceled(int Id) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>A timer fell due.</summary>
internal sealed record TimerFired(int Id) : HistoryEvent;

/// <summary>The code called another orchestration.</summary>
/// <param name="Id">Its number among the code's calls.</param>
/// <param name="Name">Which orchestrator.</param>
/// <param name="InstanceId">Under which id.</param>
/// <param name="Input">Its serialised input.</param>
/// <param name="Version">The version that the code asked for; null: the worker's default.</param>
/// <param name="Tags">The new instance's tags; a replay may have others.</param>
internal sealed record SubOrchestrationScheduled(
    int Id,
    string Name,
    string InstanceId,
    string? Input,
    string? Version,
    IReadOnlyDictionary<string, string>? Tags = null) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;

    /// <inheritdoc/>
    public bool Equals(SubOrchestrationScheduled? other) => other is not null
        && (Id, Name, InstanceId, Input, Version) == (other.Id, other.Name, other.InstanceId, other.Input, other.Version);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name);
}

/// <summary>A sub-orchestration returned.</summary>
internal sealed record SubOrchestrationCompleted(int Id, string? Result) : HistoryEvent;

/// <summary>A sub-orchestration failed or was terminated.</summary>
internal sealed record SubOrchestrationFailed(int Id, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>The code sent an event to another instance.</summary>
internal sealed record EventSent(int Id, string InstanceId, string Name, string? Input) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>
/// The code set its custom status. Not compared on replay (as in Durable Task, where the status is no part of the history):
/// only the last one of an episode is kept.
/// </summary>
internal sealed record CustomStatusSet(string? Status) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>The code continued as new: history begins again here, with the unprocessed events carried over.</summary>
internal sealed record GenerationStarted(
    string ExecutionId, string? Input, IReadOnlyList<EventRaised> Carried, string? Version = null)
    : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>The code returned or threw.</summary>
internal sealed record ExecutionCompleted(string? Output, TaskFailureDetails? Failure) : HistoryEvent
{
    /// <inheritdoc/>
    public override bool IsOutput => true;
}

/// <summary>Somebody ended the instance from outside.</summary>
internal sealed record ExecutionTerminated(string? Output) : HistoryEvent;

/// <summary>Somebody suspended the instance: what arrives is kept until it is resumed.</summary>
internal sealed record ExecutionSuspended(string? Reason) : HistoryEvent;

/// <summary>Somebody resumed the instance.</summary>
internal sealed record ExecutionResumed(string? Reason) : HistoryEvent;

/// <summary>
/// Somebody rewound the failed instance: its history begins again here, with all that led up to the failure behind it. Or the
/// orchestration that waits for the instance was rewound.
/// </summary>
/// <param name="ExecutionId">The id of the execution that goes on; null where only the waiting one was rewound.</param>
/// <param name="Reason">Why.</param>
/// <param name="Parent">Who waits for it from now on; null where that is as it was.</param>
internal sealed record ExecutionRewound(string? ExecutionId, string? Reason, ParentLink? Parent) : HistoryEvent;
