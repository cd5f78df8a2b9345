using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>What a person decides about a step that holds its workflow.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<StepDecision>))]
public enum StepDecision
{
    /// <summary>Go on as it is; the workflow can no longer end as PASS.</summary>
    GoOn,

    /// <summary>Try the step again, in a new thread.</summary>
    Again,

    /// <summary>End the workflow as the step ended.</summary>
    End,
}

/// <summary>The body of <c>POST /workflows/{id}/decision</c>.</summary>
/// <param name="By">Who decides; may be left out where a key says it.</param>
/// <param name="Step">The step.</param>
/// <param name="Decision">What is decided.</param>
/// <param name="Why">The reason, for the evidence.</param>
public sealed record StepDecisionRequest(string? By, string Step, StepDecision Decision, string Why);

/// <summary>The body of <c>POST /workflows/{id}/finalize</c>.</summary>
/// <param name="By">Who does; may be left out where a key says it.</param>
/// <param name="Plumbing">Whether it is known, and right, that answers of the run were plumbing.</param>
/// <param name="Why">The reason, for the evidence; may be left out.</param>
public sealed record FinalizeRequest(string? By, bool Plumbing, string? Why);
