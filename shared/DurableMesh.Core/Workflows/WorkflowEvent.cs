using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>What happened in a run of a workflow. Its state, its evidence and its picture are folds of these.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(WorkflowOpened), "opening")]
[JsonDerivedType(typeof(StepStarted), "step")]
[JsonDerivedType(typeof(StepEnded), "step_end")]
[JsonDerivedType(typeof(StepDecided), "decision")]
[JsonDerivedType(typeof(WorkflowStopped), "stop")]
[JsonDerivedType(typeof(WorkflowEnded), "end")]
[JsonDerivedType(typeof(WorkflowFinalized), "final")]
public abstract record WorkflowEvent
{
    private protected WorkflowEvent()
    {
    }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The run began.</summary>
public sealed record WorkflowOpened : WorkflowEvent
{
    /// <summary>What it is.</summary>
    public required WorkflowStart Workflow { get; init; }
}

/// <summary>A step's thread was started.</summary>
public sealed record StepStarted : WorkflowEvent
{
    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>1 for the first try.</summary>
    public required int Attempt { get; init; }

    /// <summary>Its thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The thread's cost cap: of what was left of the budget, in US dollars.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>What went from earlier steps into its brief.</summary>
    public IReadOnlyList<HandedOn> HandedOn { get; init => field = value ?? []; } = [];

    /// <summary>The tries before this one, which its brief tells of; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EarlierTry>? Earlier { get; init; }

    /// <summary>SHA-256 of the brief's body with those tries; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Brief { get; init; }
}

/// <summary>A step's thread ended.</summary>
public sealed record StepEnded : WorkflowEvent
{
    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>Which try.</summary>
    public required int Attempt { get; init; }

    /// <summary>How.</summary>
    public required StepResult Result { get; init; }
}

/// <summary>A person decided about a step that held the run.</summary>
public sealed record StepDecided : WorkflowEvent
{
    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>What.</summary>
    public required StepDecision Decision { get; init; }

    /// <summary>Who.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public required string Why { get; init; }
}

/// <summary>The run is to end before its steps are done: nothing more is started, and what runs is cancelled.</summary>
public sealed record WorkflowStopped : WorkflowEvent
{
    /// <summary>The reason with which it will end.</summary>
    public required WorkflowReason Reason { get; init; }

    /// <summary>More, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Who, where somebody did it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}

/// <summary>The run is over.</summary>
public sealed record WorkflowEnded : WorkflowEvent
{
    /// <summary>How.</summary>
    public required EndState EndState { get; init; }

    /// <summary>Why.</summary>
    public required WorkflowReason Reason { get; init; }

    /// <summary>More, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
}

/// <summary>Somebody handed the result over: the MC task is ready for review.</summary>
public sealed record WorkflowFinalized : WorkflowEvent
{
    /// <summary>Who.</summary>
    public required string By { get; init; }

    /// <summary>Whether it was said that answers were plumbing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Plumbing { get; init; }

    /// <summary>Why, where it was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }
}

/// <summary>Why a run ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<WorkflowReason>))]
public enum WorkflowReason
{
    /// <summary>All steps are done.</summary>
    Completed,

    /// <summary>A step ended as PARTIAL, or otherwise than it was to without being blocked.</summary>
    StepPartial,

    /// <summary>A step ended as BLOCKED.</summary>
    StepBlocked,

    /// <summary>What is left of the budget does not pay a turn of the next step.</summary>
    CostCap,

    /// <summary>The time ran out.</summary>
    TtlExpired,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>The mesh itself failed.</summary>
    InternalError,
}

/// <summary>How a step's thread ended.</summary>
/// <param name="EndState">How.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="CostUsd">What it cost, in US dollars.</param>
/// <param name="Head">The head of its evidence; null where the thread never began.</param>
/// <param name="Evidence">The path of its evidence file; null where the thread never began.</param>
public sealed record StepResult(
    EndState EndState, EndReason Reason, string? Detail, decimal CostUsd, string? Head, string? Evidence)
{
    /// <summary>Whether the answers of the thread were plumbing only.</summary>
    [JsonIgnore]
    public bool IsPlumbing => Reason == EndReason.PlumbingOnly;

    /// <summary>What was made, where the step hands it on.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>The ids of the checks that did not pass, of a step that may be tried again; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Failed { get; init; }

    /// <summary>SHA-256 of the body that was submitted, of a step that may be tried again; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Submission { get; init; }

    /// <summary>
    /// Whether the work was judged and did not hold, so that another try may do better: not where the gate, a zone, money, time
    /// or somebody ended it.
    /// </summary>
    [JsonIgnore]
    public bool FailedACheck => Reason == EndReason.PartiallyVerified
        || (Reason is EndReason.MaxTurns or EndReason.NoProgress or EndReason.VerifierBlocked && Failed is { Count: > 0 });
}

/// <summary>What a step hands to the next one.</summary>
/// <param name="Step">The step that hands it on.</param>
/// <param name="Company">The company whose step it was.</param>
/// <param name="EndState">How it ended.</param>
/// <param name="Head">The head of its evidence.</param>
/// <param name="Evidence">The path of its evidence file.</param>
/// <param name="Artifacts">What was made; those that were uploaded are the next thread's too.</param>
public sealed record HandedOn(
    string Step, string Company, EndState EndState, string? Head, string? Evidence, IReadOnlyList<Artifact> Artifacts);
