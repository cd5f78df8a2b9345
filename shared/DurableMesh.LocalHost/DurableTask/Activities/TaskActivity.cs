using DurableMesh.LocalHost.DurableTask;

namespace Microsoft.DurableTask;

/// <summary>An activity with a typed input and output: the place for I/O, run at least once for each call.</summary>
/// <typeparam name="TInput">The input.</typeparam>
/// <typeparam name="TOutput">The output.</typeparam>
public abstract class TaskActivity<TInput, TOutput> : ITaskActivity
{
    /// <inheritdoc/>
    Type ITaskActivity.InputType => typeof(TInput);

    /// <inheritdoc/>
    Type ITaskActivity.OutputType => typeof(TOutput);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="input"/> is no <typeparamref name="TInput"/>.</exception>
    async Task<object?> ITaskActivity.RunAsync(TaskActivityContext context, object? input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await RunAsync(context, TaskInput.As<TInput>(input));
    }

    /// <summary>The activity's code.</summary>
    /// <param name="context">Who called what.</param>
    /// <param name="input">The input; the default when there is none.</param>
    /// <returns>The activity's output.</returns>
    public abstract Task<TOutput> RunAsync(TaskActivityContext context, TInput input);
}
