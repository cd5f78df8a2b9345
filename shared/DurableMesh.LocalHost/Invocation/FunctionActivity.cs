using Microsoft.DurableTask;

namespace DurableMesh.LocalHost;

/// <summary>An activity function as the engine calls it.</summary>
internal sealed class FunctionActivity(LocalFunction function, FunctionRuntime runtime) : ITaskActivity
{
    private static readonly Task<object?> Never = new TaskCompletionSource<object?>().Task;

    public Type InputType => function.InputType;

    public Type OutputType => function.ResultType;

    public async Task<object?> RunAsync(TaskActivityContext context, object? input)
    {
        try
        {
            await using var invocation = new ActivityInvocation(function, runtime, context.InstanceId, input);
            await runtime.Pipeline(invocation);
            return invocation.Result;
        }
        catch (OperationCanceledException) when (runtime.Stopping.IsCancellationRequested)
        {
            // An outcome would be recorded as a failure. Without one the activity runs again when the hub does.
            return await Never;
        }
    }
}

/// <summary>One attempt at an activity.</summary>
internal sealed class ActivityInvocation(LocalFunction function, FunctionRuntime runtime, string instanceId, object? input)
    : ScopedInvocation(function, runtime.Scopes)
{
    public string InstanceId => instanceId;

    public object? Input => input;

    public override CancellationToken CancellationToken => runtime.Stopping;
}
