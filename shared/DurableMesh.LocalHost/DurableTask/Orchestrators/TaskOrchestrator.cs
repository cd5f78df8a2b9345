using DurableMesh.LocalHost.DurableTask;

namespace Microsoft.DurableTask;

/// <summary>An orchestrator with a typed input and output. Its code must be deterministic: it is replayed.</summary>
/// <typeparam name="TInput">The input.</typeparam>
/// <typeparam name="TOutput">The output.</typeparam>
public abstract class TaskOrchestrator<TInput, TOutput> : ITaskOrchestrator
{
    /// <inheritdoc/>
    Type ITaskOrchestrator.InputType => typeof(TInput);

    /// <inheritdoc/>
    Type ITaskOrchestrator.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="input"/> is no <typeparamref name="TInput"/>.</exception>
    async Task<object?> ITaskOrchestrator.RunAsync(TaskOrchestrationContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.As<TInput>(input));
    }

    /// <summary>The orchestrator's code.</summary>
    /// <param name="context">What the code may see and do.</param>
    /// <param name="input">The input; the default when there is none.</param>
    /// <returns>The orchestration's output.</returns>
    public abstract Task<TOutput> RunAsync(TaskOrchestrationContext context, TInput input);
}
