using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Surfaces;

/// <summary>What bounds an instance of a surface, all its runs together.</summary>
/// <param name="Ttl">Time from its start to its end.</param>
/// <param name="CostCapUsd">US dollars for all runs.</param>
/// <param name="Runs">How many runs it may start.</param>
public sealed record SurfaceLimits(TimeSpan Ttl, decimal CostCapUsd, int Runs);

/// <summary>A schedule as somebody wrote it.</summary>
/// <param name="Cron">Five fields, or six with seconds before them, or one like <c>@daily</c>.</param>
/// <param name="TimeZone">The IANA name of the time zone that it is read in.</param>
/// <param name="Missed">What becomes of fires that nobody was there for.</param>
/// <param name="Workflow">Starts with each fire.</param>
public sealed record ScheduleInput(string Cron, string TimeZone, MissedFires Missed, WorkflowDefinition Workflow);

/// <summary>A persistent agent as somebody wrote it.</summary>
/// <param name="Builder">The id of the agent that does the tasks.</param>
/// <param name="Verifier">The id of the agent that checks them.</param>
/// <param name="Company">The id of the company whose work it is: the verifier's.</param>
public sealed record AgentInput(string Builder, string Verifier, string Company);

/// <summary>A task for a persistent agent.</summary>
public sealed record AgentTask
{
    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>One line.</summary>
    public required string Subject { get; init; }

    /// <summary>What is to be done.</summary>
    public required string Prompt { get; init; }

    /// <summary>The acceptance criteria, at least one of them required.</summary>
    public required IReadOnlyList<AcceptanceCriterion> Acceptance { get; init; }

    /// <summary>What it may cost, in US dollars; null for what the policy gives a thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostCapUsd { get; init; }
}

/// <summary>What an instance of a surface is, fixed at its start.</summary>
public sealed record SurfaceOpening
{
    /// <summary>Which surface it is of.</summary>
    public required SurfaceKind Kind { get; init; }

    /// <summary>Its name, unique among the living of its kind.</summary>
    public required string Name { get; init; }

    /// <summary>What bounds it.</summary>
    public required SurfaceLimits Limits { get; init; }

    /// <summary>The schedule; null for an agent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleInput? Schedule { get; init; }

    /// <summary>The agent; null for a schedule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentInput? Agent { get; init; }
}
