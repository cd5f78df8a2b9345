using System.Text.Json.Serialization;

namespace DurableMesh.Core.Workflows;

/// <summary>What is asked of the runs: a line of their log. <see cref="WorkflowRules"/> says what becomes of it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(BeginWorkflow), "begin")]
[JsonDerivedType(typeof(StartStep), "start_step")]
[JsonDerivedType(typeof(EndStep), "end_step")]
[JsonDerivedType(typeof(DecideStep), "decide_step")]
[JsonDerivedType(typeof(StopWorkflow), "stop")]
[JsonDerivedType(typeof(FinalizeWorkflow), "finalize")]
public abstract record WorkflowChange
{
    private protected WorkflowChange()
    {
    }

    /// <summary>The run.</summary>
    [JsonIgnore]
    public abstract string Run { get; }
}

/// <summary>A run is to begin; once, whoever asks again.</summary>
/// <param name="Start">What it is.</param>
public sealed record BeginWorkflow(WorkflowStart Start) : WorkflowChange
{
    /// <inheritdoc/>
    public override string Run => Start.WorkflowId;
}

/// <summary>A step is to begin.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Move">The step, which try, and its cost cap.</param>
/// <param name="ThreadId">Its thread.</param>
/// <param name="HandedOn">What goes into its brief from earlier steps.</param>
public sealed record StartStep(string WorkflowId, StepMove Move, string ThreadId, IReadOnlyList<HandedOn> HandedOn)
    : WorkflowChange
{
    /// <summary>The tries before it; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EarlierTry>? Earlier { get; init; }

    /// <summary>SHA-256 of the brief's body with those tries; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Brief { get; init; }

    /// <inheritdoc/>
    public override string Run => WorkflowId;
}

/// <summary>A step's thread has ended.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Step">The step.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="Result">How.</param>
public sealed record EndStep(string WorkflowId, string Step, int Attempt, StepResult Result) : WorkflowChange
{
    /// <inheritdoc/>
    public override string Run => WorkflowId;
}

/// <summary>A person decides about a held step.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Step">The step.</param>
/// <param name="Decision">What.</param>
/// <param name="Why">Why.</param>
public sealed record DecideStep(string WorkflowId, string Step, StepDecision Decision, string Why) : WorkflowChange
{
    /// <inheritdoc/>
    public override string Run => WorkflowId;
}

/// <summary>A run is to end before its steps are done.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More, in words.</param>
public sealed record StopWorkflow(string WorkflowId, WorkflowReason Reason, string? Detail) : WorkflowChange
{
    /// <inheritdoc/>
    public override string Run => WorkflowId;
}

/// <summary>The result of a run is handed over.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Plumbing">Whether it is known, and right, that answers were plumbing.</param>
/// <param name="Why">Why, where it is said.</param>
public sealed record FinalizeWorkflow(string WorkflowId, bool Plumbing, string? Why) : WorkflowChange
{
    /// <inheritdoc/>
    public override string Run => WorkflowId;
}
