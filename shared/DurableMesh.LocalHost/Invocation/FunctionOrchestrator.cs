using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>
/// An orchestrator function as the engine calls it. Middleware stays out: the call lasts as long as the orchestrator lives in
/// memory, and whatever else is awaited within it would break its replay.
/// </summary>
internal sealed class FunctionOrchestrator(LocalFunction function, IServiceScopeFactory scopes) : ITaskOrchestrator
{
    public Type InputType => function.InputType;

    public Type OutputType => function.ResultType;

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input)
    {
        await using var invocation = new OrchestratorInvocation(function, scopes, context, input);
        return await function.Body(invocation);
    }
}

/// <summary>One life of an orchestrator in memory.</summary>
internal sealed class OrchestratorInvocation(
    LocalFunction function, IServiceScopeFactory scopes, TaskOrchestrationContext context, object? input)
    : ScopedInvocation(function, scopes)
{
    public TaskOrchestrationContext Context => context;

    public object? Input => input;
}
