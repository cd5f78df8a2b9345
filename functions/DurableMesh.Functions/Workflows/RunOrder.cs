using DurableMesh.Core.Workflows;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// The input of a run's orchestration, as text: the run, and a mark where its orchestration is started again. The mark keeps the
/// ids of its steps' orchestrations apart from those of the start before, which may still be running.
/// </summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Mark">The mark; null for the first start.</param>
public sealed record RunOrder(string WorkflowId, string? Mark = null)
{
    private const char Between = ':';

    /// <summary>Another start of a run.</summary>
    /// <param name="workflowId">The run.</param>
    public static RunOrder Again(string workflowId) => new(workflowId, Guid.NewGuid().ToString("N")[..8]);

    /// <summary>Reads an input.</summary>
    /// <param name="input">The input.</param>
    public static RunOrder Of(string input) =>
        input.IndexOf(Between, StringComparison.Ordinal) is >= 0 and var at ? new(input[..at], input[(at + 1)..]) : new(input);

    /// <summary>The id of the orchestration of a try of a step.</summary>
    /// <param name="move">The step, and which try.</param>
    /// <param name="number">Counts the steps' orchestrations of this start.</param>
    public string StepInstance(StepMove move, int number) => FormattableString.Invariant(
        $"{WorkflowId}:{move.Step}:{move.Attempt}:{(Mark is null ? "" : $"{Mark}-")}{number}");

    /// <inheritdoc/>
    public override string ToString() => Mark is null ? WorkflowId : $"{WorkflowId}{Between}{Mark}";
}
