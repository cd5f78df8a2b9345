using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Surfaces;

/// <summary>How a run ended.</summary>
/// <param name="EndState">How.</param>
/// <param name="Reason">Why; null where it could not even begin.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="CostUsd">What it cost, in US dollars.</param>
/// <param name="Evidence">The path of its evidence file; null where it could not begin.</param>
/// <param name="Head">The head of its chain; null where it could not begin.</param>
public sealed record SurfaceResult(
    EndState EndState, WorkflowReason? Reason, string? Detail, decimal CostUsd, string? Evidence, string? Head);

/// <summary>A run of a surface: a workflow that it started, or is to.</summary>
public sealed record SurfaceRun
{
    /// <summary>The workflow's id.</summary>
    public required string RunId { get; init; }

    /// <summary>Where it is.</summary>
    public SurfaceRunPhase Phase { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>When the schedule's fire was due.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? FireAt { get; init; }

    /// <summary>Fires before this one that have no run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LeftOut { get; init; }

    /// <summary>The agent's task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentTask? Task { get; init; }

    /// <summary>The workflow, while it runs.</summary>
    [JsonIgnore]
    public WorkflowDefinition? Definition { get; init; }

    /// <summary>What it may cost, in US dollars.</summary>
    public decimal CostCapUsd { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public SurfaceResult? Result { get; init; }
}
