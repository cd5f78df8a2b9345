using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>Hands everything on. What a subclass overrides is as if the orchestrator's code had been changed.</summary>
internal abstract class ForwardingContext(TaskOrchestrationContext context) : TaskOrchestrationContext
{
    public override TaskName Name => context.Name;

    public override string InstanceId => context.InstanceId;

    public override ParentOrchestrationInstance? Parent => context.Parent;

    public override DateTime CurrentUtcDateTime => context.CurrentUtcDateTime;

    public override bool IsReplaying => context.IsReplaying;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public override T? GetInput<T>()
        where T : default => context.GetInput<T>();

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
        context.CallActivityAsync<TResult>(name, input, options);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        context.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        context.CreateTimer(fireAt, cancellationToken);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
        context.WaitForExternalEvent<T>(eventName, cancellationToken);

    public override void SendEvent(string instanceId, string eventName, object payload) =>
        context.SendEvent(instanceId, eventName, payload);

    public override void SetCustomStatus(object? customStatus) => context.SetCustomStatus(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        context.ContinueAsNew(newInput, preserveUnprocessedEvents);

    public override Guid NewGuid() => context.NewGuid();
}
