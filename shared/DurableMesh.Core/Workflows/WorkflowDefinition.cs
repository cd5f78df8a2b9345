using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>What a step's answer may come from.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ResponderMode>))]
public enum ResponderMode
{
    /// <summary>Agents: an answer that is plumbing does not reach a step's end state.</summary>
    Agents,

    /// <summary>The mesh's wiring does as well: a run that shows that everything is connected, and nothing else.</summary>
    Plumbing,
}

/// <summary>What becomes of a workflow when a step ends otherwise than it was to.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StepTrouble>))]
public enum StepTrouble
{
    /// <summary>The workflow ends as the step did.</summary>
    End,

    /// <summary>The workflow waits for a person's decision about the step; steps that do not depend on it go on.</summary>
    Hold,
}

/// <summary>
/// A workflow across companies as somebody wrote it: steps, each a thread between an agent that asks and one that answers.
/// </summary>
public sealed record WorkflowDefinition
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>The priority of its threads.</summary>
    public Priority Priority { get; init; }

    /// <summary>
    /// The agent that asks in every step that names no builder of its own; id or alias. On a surface the first step's builder
    /// where nobody is named, and steps are built by their own companies.
    /// </summary>
    public required string Actor { get; init; }

    /// <summary>What its answers may come from.</summary>
    public ResponderMode ResponderMode { get; init; }

    /// <summary>
    /// The sequential surface that it is a run of: its steps are sequential and tried up to three times where they say nothing
    /// else. Null for a workflow of threads.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Surface? Surface { get; init; }

    /// <summary>The MC task; must be known when it starts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? McTask { get; init; }

    /// <summary>What bounds the whole; null for the defaults.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkflowLimits? Limits { get; init; }

    /// <summary>The steps.</summary>
    public IReadOnlyList<WorkflowStep> Steps { get; init => field = value ?? []; } = [];
}

/// <summary>What bounds a workflow; what is null comes from the defaults.</summary>
public sealed record WorkflowLimits
{
    /// <summary>Time from the start to the forced end; a day where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Ttl { get; init; }

    /// <summary>US dollars for all steps together; the policy's default of a thread for each step where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostCapUsd { get; init; }
}

/// <summary>One step as somebody wrote it.</summary>
public sealed record WorkflowStep
{
    /// <summary>Its id, unique in the workflow.</summary>
    public required string Id { get; init; }

    /// <summary>The company whose step it is, of one of its parties: its id, or its name.</summary>
    public required string Company { get; init; }

    /// <summary>One line: the brief's subject.</summary>
    public required string Title { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Purpose { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Prompt { get; init; }

    /// <summary>How its thread is to end: <see cref="EndState.Answered"/> for advice, else a verdict.</summary>
    public required EndState EndState { get; init; }

    /// <summary>The steps that come before it; null for the one that stands before it in the list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? After { get; init; }

    /// <summary>The agent that builds or asks; the actor where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Builder { get; init; }

    /// <summary>The agent of the company that verifies or advises; the company's first fitting one where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Responder { get; init; }

    /// <summary>The pattern; advisory for advice and builder-verifier for a verdict where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Pattern? Pattern { get; init; }

    /// <summary>The acceptance criteria; for a verdict the title alone where there are none.</summary>
    public IReadOnlyList<AcceptanceCriterion> Acceptance { get; init => field = value ?? []; } = [];

    /// <summary>The limits of its thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LimitsRequest? Limits { get; init; }

    /// <summary>
    /// How often it is tried, each time in a new thread, before a check that fails ends it: 1 to 10. Once where it is null, on a
    /// surface three times.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tries { get; init; }

    /// <summary>
    /// Whether its evidence and artifacts go into the briefs of the steps that come after it; null for no, in a chain and a DAG
    /// for yes.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HandsOn { get; init; }

    /// <summary>What becomes of the workflow when it ends as PARTIAL, or answered where a verdict was wanted.</summary>
    public StepTrouble OnPartial { get; init; }

    /// <summary>What becomes of the workflow when it ends as BLOCKED.</summary>
    public StepTrouble OnBlocked { get; init; }
}
