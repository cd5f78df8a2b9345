using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>A task that the engine completes: a pending activity, timer, sub-orchestration or external event.</summary>
internal interface IDurableSource
{
    /// <summary>The type that the waiting code expects.</summary>
    Type ResultType { get; }

    /// <summary>Completes the task with a serialised result; a result of the wrong shape faults it.</summary>
    void Complete(string? result, DataConverter converter);

    /// <summary>Faults the task.</summary>
    void Fail(Exception exception);
}

/// <inheritdoc cref="IDurableSource"/>
/// <remarks>
/// Continuations run inline on purpose: with <see cref="TaskCreationOptions.RunContinuationsAsynchronously"/> a <c>WhenAny</c>
/// would go on in the thread pool.
/// </remarks>
internal sealed class DurableSource<T> : TaskCompletionSource<T>, IDurableSource
{
    /// <inheritdoc/>
    public Type ResultType => typeof(T);

    /// <inheritdoc/>
    public void Complete(string? result, DataConverter converter)
    {
        T? value;
        try
        {
            value = result is null ? default : converter.Deserialize<T>(result);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            TrySetException(error);
            return;
        }

        TrySetResult(value!);
    }

    /// <inheritdoc/>
    public void Fail(Exception exception) => TrySetException(exception);
}
