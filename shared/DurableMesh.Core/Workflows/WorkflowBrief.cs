using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>The body of the brief of a step's thread: what is to be done, and what earlier steps hand on.</summary>
public sealed record WorkflowBrief
{
    /// <summary>What is to be done.</summary>
    public required string Prompt { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Purpose { get; init; }

    /// <summary>The workflow's name.</summary>
    public required string Workflow { get; init; }

    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>What earlier steps hand on.</summary>
    public required IReadOnlyList<HandedOn> HandedOn { get; init; }

    /// <summary>What was tried before and failed, the oldest first; null in a first try.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EarlierWork>? Earlier { get; init; }

    /// <summary>The body.</summary>
    /// <param name="start">The run.</param>
    /// <param name="step">The step.</param>
    /// <param name="handedOn">What earlier steps hand on.</param>
    /// <param name="earlier">The tries of this step before this one.</param>
    public static JsonText BodyOf(
        WorkflowStart start,
        PlannedStep step,
        IReadOnlyList<HandedOn> handedOn,
        IReadOnlyList<EarlierWork>? earlier = null) => JsonText.Of(
        JsonSerializer.SerializeToElement(
            new WorkflowBrief
            {
                Prompt = step.Prompt,
                Purpose = step.Purpose,
                Workflow = start.Name,
                Step = step.Id,
                HandedOn = handedOn,
                Earlier = earlier is { Count: > 0 } ? earlier : null,
            },
            MeshJson.Options));

    /// <summary>The request for a step's thread.</summary>
    /// <param name="run">The run; the step has begun in it.</param>
    /// <param name="step">The step.</param>
    /// <param name="now">When its thread is drafted.</param>
    /// <param name="earlier">The tries of this step before this one.</param>
    public static StartThreadRequest RequestOf(
        WorkflowRun run, StepRun step, DateTimeOffset now, IReadOnlyList<EarlierWork>? earlier = null)
    {
        var (start, plan) = (run.Start, step.Plan);
        var left = start.Deadline - now;
        return new StartThreadRequest
        {
            Pattern = plan.Pattern,
            McTask = start.McTask,
            Priority = start.Priority,
            Initiator = plan.Initiator,
            Responder = plan.Responder,
            Brief = new Brief
            {
                Subject = plan.Title,
                Body = BodyOf(start, plan, step.HandedOn, earlier),
                Acceptance = plan.Acceptance,
            },
            Limits = (plan.Limits ?? new LimitsRequest()) with
            {
                CostCapUsd = step.CostCapUsd,
                Ttl = plan.Limits?.Ttl is { } asked && asked < left ? asked : plan.Limits?.Ttl is null ? null : left,
            },
        };
    }
}

/// <summary>Which step of which workflow a thread is.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">Which try.</param>
public sealed record WorkflowPlace(string WorkflowId, string Step, int Attempt);
