namespace Microsoft.DurableTask;

/// <summary>
/// An orchestrator as the engine runs it, inputs and outputs untyped. Apps derive from
/// <see cref="TaskOrchestrator{TInput, TOutput}"/>.
/// </summary>
public interface ITaskOrchestrator
{
    /// <summary>What the serialised input is read as before <see cref="RunAsync"/>.</summary>
    Type InputType { get; }

    /// <summary>What <see cref="RunAsync"/> answers.</summary>
    Type OutputType { get; }

    /// <summary>Runs the orchestrator's code, from its start at every replay.</summary>
    /// <param name="context">What the code may see and do.</param>
    /// <param name="input">The input, an <see cref="InputType"/> or null.</param>
    /// <returns>The output, an <see cref="OutputType"/> or null.</returns>
    Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}
