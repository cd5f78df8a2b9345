using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>Where a run is; <c>state</c> on the wire.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<WorkflowPhase>))]
public enum WorkflowPhase
{
    /// <summary>Steps run.</summary>
    Running,

    /// <summary>Nothing runs: a person has to decide about a step.</summary>
    Held,

    /// <summary>What runs is being cancelled.</summary>
    Stopping,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>A run of a workflow as the API shows it.</summary>
public sealed record WorkflowView
{
    /// <summary>Its id.</summary>
    public required string WorkflowId { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Where it is.</summary>
    public required WorkflowPhase State { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended; null until then.</summary>
    public WorkflowReason? Reason { get; init; }

    /// <summary>More about the end, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>Its priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The agent that asks where a step names no other.</summary>
    public required string Actor { get; init; }

    /// <summary>What its answers may come from.</summary>
    public required ResponderMode ResponderMode { get; init; }

    /// <summary>The sequential surface that it is a run of; left out for a workflow of threads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Surface? Surface { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Steps that are done.</summary>
    public required int StepsDone { get; init; }

    /// <summary>The steps that the caller may see.</summary>
    public required IReadOnlyList<StepView> Steps { get; init; }

    /// <summary>What the ended threads cost, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>What it may cost, in US dollars.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>What is neither spent nor given to a thread that runs, in US dollars.</summary>
    public required decimal LeftUsd { get; init; }

    /// <summary>The steps in which only the mesh's wiring answered; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Plumbing { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Who handed it over; null where nobody has.</summary>
    public string? FinalizedBy { get; init; }

    /// <summary>The evidence file.</summary>
    public required EvidenceLink Evidence { get; init; }

    /// <summary>The steps as a Mermaid flowchart.</summary>
    public required string Picture { get; init; }

    /// <summary>A run as somebody may see it: an agent that is not its actor sees the steps that it is a party of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="caller">Who asks.</param>
    public static WorkflowView Of(WorkflowRun run, Caller caller)
    {
        var start = run.Start;
        var steps = caller.SeesWhole(start)
            ? run.Steps
            : run.Steps.FindAll(step => caller.Subject is { IsAgent: true, Name: var agent } && step.Plan.IsParty(agent));
        string[] plumbing = [.. run.Plumbing];
        return new WorkflowView
        {
            WorkflowId = start.WorkflowId,
            Name = start.Name,
            Description = start.Description,
            State = run.Ended is not null ? WorkflowPhase.Ended
                : run.Stopped is not null ? WorkflowPhase.Stopping
                : run.Steps.Exists(step => step.Phase == StepPhase.Held)
                    && !run.Steps.Exists(step => step.Phase == StepPhase.Running) ? WorkflowPhase.Held
                : WorkflowPhase.Running,
            EndState = run.Ended?.EndState,
            Reason = run.Ended?.Reason,
            Detail = run.Ended?.Detail,
            McTask = start.McTask,
            Priority = start.Priority,
            Actor = start.Actor,
            ResponderMode = start.ResponderMode,
            Surface = start.Surface,
            StartedBy = start.StartedBy,
            StepsDone = run.Steps.Count(step => step.Phase == StepPhase.Done),
            Steps = [.. steps.Select(StepView.Of)],
            CostUsd = run.SpentUsd,
            CostCapUsd = start.CostCapUsd,
            LeftUsd = run.LeftUsd,
            Plumbing = plumbing is [] ? null : plumbing,
            CreatedAt = start.CreatedAt,
            Deadline = start.Deadline,
            EndedAt = run.Ended?.At,
            FinalizedBy = run.Finalized?.By,
            Evidence = new EvidenceLink(start.EvidencePath, Final: run.Ended is not null, run.Head),
            Picture = WorkflowPicture.Of(steps),
        };
    }
}

/// <summary>A step of a run as the API shows it.</summary>
public sealed record StepView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The company whose step it is.</summary>
    public required string Company { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Where it is.</summary>
    public required StepPhase State { get; init; }

    /// <summary>How it is to end.</summary>
    public required EndState Wanted { get; init; }

    /// <summary>How its newest thread ended; null until then.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why; null until then.</summary>
    public EndReason? Reason { get; init; }

    /// <summary>More about the end, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The agent that builds or asks.</summary>
    public required string Initiator { get; init; }

    /// <summary>The agent that verifies or advises.</summary>
    public required string Responder { get; init; }

    /// <summary>The pattern of its thread.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The steps that come before it.</summary>
    public required IReadOnlyList<string> After { get; init; }

    /// <summary>The newest try; 0 before the first.</summary>
    public required int Attempt { get; init; }

    /// <summary>How often it is tried at most; left out where it is once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tries { get; init; }

    /// <summary>The newest try's thread.</summary>
    public string? ThreadId { get; init; }

    /// <summary>That thread's cost cap, in US dollars.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>What its ended threads cost, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>The steps that handed something on to it.</summary>
    public required IReadOnlyList<string> HandedOn { get; init; }

    /// <summary>The head of the thread's evidence; null until it ended.</summary>
    public string? Head { get; init; }

    /// <summary>The path of the thread's evidence file; null until it ended.</summary>
    public string? Evidence { get; init; }

    /// <summary>When the newest thread was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    internal static StepView Of(StepRun step) => new()
    {
        Id = step.Plan.Id,
        Company = step.Plan.Company,
        Title = step.Plan.Title,
        State = step.Phase,
        Wanted = step.Plan.EndState,
        EndState = step.Result?.EndState,
        Reason = step.Result?.Reason,
        Detail = step.Result?.Detail,
        Initiator = step.Plan.Initiator,
        Responder = step.Plan.Responder,
        Pattern = step.Plan.Pattern,
        After = step.Plan.After,
        Attempt = step.Attempt,
        Tries = step.Plan.Tries,
        ThreadId = step.ThreadId,
        CostCapUsd = step.CostCapUsd,
        CostUsd = step.SpentUsd,
        HandedOn = [.. step.HandedOn.Select(one => one.Step)],
        Head = step.Result?.Head,
        Evidence = step.Result?.Evidence,
        StartedAt = step.StartedAt,
        EndedAt = step.EndedAt,
    };
}

/// <summary>The answer to <c>GET /workflows</c>.</summary>
/// <param name="Workflows">The runs, newest first.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last one.</param>
public sealed record WorkflowsPage(IReadOnlyList<WorkflowView> Workflows, string? NextCursor);

/// <summary>The answer to <c>POST /workflows/check</c>: what a run would be.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="CostCapUsd">What it may cost, in US dollars.</param>
/// <param name="Ttl">The time that it has.</param>
/// <param name="Steps">The steps, with their parties by id.</param>
/// <param name="Doubts">What the gate would have against a step if it were asked now.</param>
/// <param name="Picture">The steps as a Mermaid flowchart.</param>
public sealed record WorkflowPreview(
    string Name, decimal CostCapUsd, TimeSpan Ttl, IReadOnlyList<StepView> Steps, IReadOnlyList<string> Doubts, string Picture)
{
    /// <summary>What a run of a definition would be.</summary>
    /// <param name="definition">The definition, without a mistake.</param>
    /// <param name="around">Who there is, who may, and what it costs.</param>
    public static WorkflowPreview Of(WorkflowDefinition definition, WorkflowSurroundings around)
    {
        var steps = around.PlanOf(definition);
        return new WorkflowPreview(
            definition.Name,
            around.CostCapOf(definition),
            WorkflowSurroundings.TtlOf(definition),
            [.. steps.Select(step => StepView.Of(new StepRun { Plan = step }))],
            around.DoubtsAbout(steps),
            WorkflowPicture.Of(steps));
    }
}
