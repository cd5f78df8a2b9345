using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>Where a step is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StepPhase>))]
public enum StepPhase
{
    /// <summary>It waits for steps before it, for money that runs, or for its next try.</summary>
    Waiting,

    /// <summary>Its thread runs.</summary>
    Running,

    /// <summary>It ended otherwise than it was to, and waits for a person.</summary>
    Held,

    /// <summary>It ended as it was to, or a person let it go.</summary>
    Done,

    /// <summary>It ended otherwise than it was to.</summary>
    Failed,

    /// <summary>The run ended before it began.</summary>
    Skipped,
}

/// <summary>A run of a workflow: a pure fold of its events. What comes next of it is <see cref="WorkflowPlan"/>.</summary>
public sealed record WorkflowRun
{
    /// <summary>What it is.</summary>
    public required WorkflowStart Start { get; init; }

    /// <summary>Its steps, as the definition orders them.</summary>
    public required ImmutableList<StepRun> Steps { get; init; }

    /// <summary>Why it is to end before its steps are done; null where it is not.</summary>
    public WorkflowStopped? Stopped { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public WorkflowEnded? Ended { get; init; }

    /// <summary>Who handed it over; null where nobody has.</summary>
    public WorkflowFinalized? Finalized { get; init; }

    /// <summary>All that happened.</summary>
    public ImmutableList<WorkflowEntry> Entries { get; init; } = [];

    /// <summary>The last entry's hash.</summary>
    public string Head => Entries is [.., var last] ? last.Hash : ContentHash.Genesis;

    /// <summary>What all ended threads cost, in US dollars.</summary>
    public decimal SpentUsd => Steps.Sum(step => step.SpentUsd);

    /// <summary>What is neither spent nor given to a thread that runs, in US dollars; never below zero.</summary>
    public decimal LeftUsd => Math.Max(
        0, Start.CostCapUsd - SpentUsd - Steps.Where(step => step.Phase == StepPhase.Running).Sum(step => step.CostCapUsd));

    /// <summary>The steps whose answers were plumbing only.</summary>
    public IEnumerable<string> Plumbing => Steps.Where(step => step.Result is { IsPlumbing: true }).Select(step => step.Plan.Id);

    /// <summary>A step by its id; null where there is none.</summary>
    /// <param name="id">The id.</param>
    public StepRun? Find(string id) => Steps.Find(step => step.Plan.Id == id);

    /// <summary>A run that begins.</summary>
    /// <param name="opening">Its first event.</param>
    public static WorkflowRun Open(WorkflowOpened opening) => new WorkflowRun
    {
        Start = opening.Workflow,
        Steps = [.. opening.Workflow.Steps.Select(step => new StepRun { Plan = step })],
    }.Link(opening);

    /// <summary>The run after an event. All legal transitions stand here.</summary>
    /// <param name="workflowEvent">What happened.</param>
    /// <exception cref="IllegalTransitionException">The event is not possible in this state.</exception>
    public WorkflowRun Apply(WorkflowEvent workflowEvent) => (workflowEvent switch
    {
        StepStarted started when Ended is null && Stopped is null => Set(
            started.Step,
            step => step.Phase == StepPhase.Waiting && step.Attempt + 1 == started.Attempt,
            step => step with
            {
                Phase = StepPhase.Running,
                Attempt = started.Attempt,
                ThreadId = started.ThreadId,
                CostCapUsd = started.CostCapUsd,
                HandedOn = started.HandedOn,
                Earlier = started.Earlier ?? [],
                StartedAt = started.At,
                EndedAt = null,
                Result = null,
            }),
        StepEnded ended when Ended is null => Set(
            ended.Step,
            step => step.Phase == StepPhase.Running && step.Attempt == ended.Attempt,
            step => step with
            {
                Phase = PhaseAfter(step, ended.Result),
                Result = ended.Result,
                EndedAt = ended.At,
                SpentUsd = step.SpentUsd + ended.Result.CostUsd,
            }),
        StepDecided decided when Ended is null && Stopped is null => Set(
            decided.Step,
            step => step.Phase == StepPhase.Held,
            step => step with
            {
                Phase = decided.Decision switch
                {
                    StepDecision.GoOn => StepPhase.Done,
                    StepDecision.Again => StepPhase.Waiting,
                    _ => StepPhase.Failed,
                },
                IsLetGo = decided.Decision == StepDecision.GoOn,
            }),
        WorkflowStopped stopped when Ended is null && Stopped is null => this with { Stopped = stopped },
        WorkflowEnded ended when Ended is null && Steps.All(step => step.Phase != StepPhase.Running) => this with
        {
            Ended = ended,
            Steps = [.. Steps.Select(step => step with
            {
                Phase = step.Phase switch
                {
                    StepPhase.Waiting when step.Result is null => StepPhase.Skipped,
                    StepPhase.Waiting => StepPhase.Failed,
                    StepPhase.Held => StepPhase.Failed,
                    var phase => phase,
                },
            })],
        },
        WorkflowFinalized finalized when Ended is not null && Finalized is null => this with { Finalized = finalized },
        _ => throw Illegal(workflowEvent),
    }).Link(workflowEvent);

    /// <summary>Whether an end reaches what a step was to come to: in a run of agents, plumbing never does.</summary>
    internal bool IsReached(PlannedStep plan, StepResult result) =>
        plan.IsReachedBy(result.EndState) && (!result.IsPlumbing || Start.ResponderMode == ResponderMode.Plumbing);

    /// <summary>Whether a step that did not come to what it was to is blocked, rather than done in part.</summary>
    internal static bool IsBlocked(StepResult result) => result.EndState == EndState.Blocked || result.IsPlumbing;

    private StepPhase PhaseAfter(StepRun step, StepResult result) =>
        IsReached(step.Plan, result) ? StepPhase.Done
        : Stopped is not null ? StepPhase.Failed
        : result.FailedACheck && step.Attempt < step.Plan.Tries ? StepPhase.Waiting
        : (IsBlocked(result) ? step.Plan.OnBlocked : step.Plan.OnPartial) == StepTrouble.Hold ? StepPhase.Held
        : StepPhase.Failed;

    private WorkflowRun Set(string id, Func<StepRun, bool> mayBe, Func<StepRun, StepRun> change)
    {
        var at = Steps.FindIndex(step => step.Plan.Id == id);
        return at >= 0 && mayBe(Steps[at])
            ? this with { Steps = Steps.SetItem(at, change(Steps[at])) }
            : throw new IllegalTransitionException($"Step '{id}' of workflow {Start.WorkflowId} is not there for this.");
    }

    private WorkflowRun Link(WorkflowEvent workflowEvent) =>
        this with { Entries = Entries.Add(WorkflowEntry.Link(Entries.Count, Head, workflowEvent)) };

    private IllegalTransitionException Illegal(WorkflowEvent workflowEvent) =>
        new($"Workflow {Start.WorkflowId} cannot take a {workflowEvent.GetType().Name} now.");
}

/// <summary>Where one step of a run is.</summary>
public sealed record StepRun
{
    /// <summary>What it is.</summary>
    public required PlannedStep Plan { get; init; }

    /// <summary>Where it is.</summary>
    public StepPhase Phase { get; init; }

    /// <summary>The newest try; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>The newest try's thread.</summary>
    public string? ThreadId { get; init; }

    /// <summary>The newest thread's cost cap, in US dollars.</summary>
    public decimal CostCapUsd { get; init; }

    /// <summary>What its ended threads cost, in US dollars.</summary>
    public decimal SpentUsd { get; init; }

    /// <summary>What went from earlier steps into its brief.</summary>
    public IReadOnlyList<HandedOn> HandedOn { get; init; } = [];

    /// <summary>The tries before the newest one, which its brief tells of.</summary>
    public IReadOnlyList<EarlierTry> Earlier { get; init; } = [];

    /// <summary>How the newest thread ended; null while it runs.</summary>
    public StepResult? Result { get; init; }

    /// <summary>Whether a person let it go as it is.</summary>
    public bool IsLetGo { get; init; }

    /// <summary>When the newest thread was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
