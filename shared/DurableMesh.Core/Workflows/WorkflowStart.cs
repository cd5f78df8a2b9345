using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>What a run of a workflow is, fixed at its start: the definition with every name resolved.</summary>
public sealed record WorkflowStart
{
    /// <summary>The run's id, which is its orchestration's instance id.</summary>
    public required string WorkflowId { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>The priority of its threads.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The id of the agent that asks where a step names no other.</summary>
    public required string Actor { get; init; }

    /// <summary>What its answers may come from.</summary>
    public required ResponderMode ResponderMode { get; init; }

    /// <summary>The sequential surface that it is a run of; null for a workflow of threads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Surface? Surface { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>US dollars for all steps together.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>What one thread may be given at most, by the policy.</summary>
    public required decimal ThreadCapUsd { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>SHA-256 of the definition as it came in, 64 hexadecimal digits: tells a repeated start from another.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Where its evidence file will be.</summary>
    public required string EvidencePath { get; init; }

    /// <summary>What was removed from the steps' words, by kind; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedactionCounts? Redactions { get; init; }

    /// <summary>The steps.</summary>
    public required IReadOnlyList<PlannedStep> Steps { get; init; }

    /// <summary>Where a run's evidence file is.</summary>
    /// <param name="workflowId">The run's id.</param>
    /// <param name="createdAt">When it was started.</param>
    public static string EvidencePathOf(string workflowId, DateTimeOffset createdAt) =>
        string.Create(CultureInfo.InvariantCulture, $"evidence/{createdAt.UtcDateTime:yyyy'/'MM}/workflow-{workflowId}.json");
}

/// <summary>A step with its parties by id.</summary>
public sealed record PlannedStep
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the company whose step it is.</summary>
    public required string Company { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Purpose { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Prompt { get; init; }

    /// <summary>How its thread is to end.</summary>
    public required EndState EndState { get; init; }

    /// <summary>The pattern of its thread.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The id of the agent that builds or asks.</summary>
    public required string Initiator { get; init; }

    /// <summary>The id of the agent that verifies or advises.</summary>
    public required string Responder { get; init; }

    /// <summary>The steps that come before it.</summary>
    public required IReadOnlyList<string> After { get; init; }

    /// <summary>The acceptance criteria of its thread.</summary>
    public required IReadOnlyList<AcceptanceCriterion> Acceptance { get; init; }

    /// <summary>The limits asked for; of the cost cap and the time no more than what is left.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LimitsRequest? Limits { get; init; }

    /// <summary>What one turn of the dearer party costs at least, in US dollars; zero where nobody knows.</summary>
    public required decimal TurnUsd { get; init; }

    /// <summary>Whether its evidence and artifacts go into the next briefs.</summary>
    public required bool HandsOn { get; init; }

    /// <summary>What becomes of the workflow when it ends as PARTIAL.</summary>
    public required StepTrouble OnPartial { get; init; }

    /// <summary>What becomes of the workflow when it ends as BLOCKED.</summary>
    public required StepTrouble OnBlocked { get; init; }

    /// <summary>How often it is tried before a check that fails ends it; null for once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tries { get; init; }

    /// <summary>Whether a try that failed is followed by another one.</summary>
    [JsonIgnore]
    public bool IsRetried => Tries > 1;

    /// <summary>Whether an agent is one of its two parties.</summary>
    /// <param name="agentId">The agent's id.</param>
    public bool IsParty(string agentId) => agentId == Initiator || agentId == Responder;

    /// <summary>Whether an end is the one that was wanted, or better.</summary>
    /// <param name="end">How its thread ended.</param>
    public bool IsReachedBy(EndState end) => end == EndState || (EndState == EndState.Partial && end == EndState.Pass);
}
