namespace Microsoft.DurableTask;

/// <summary>How an orchestrator wants a sub-orchestration run.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>Options.</summary>
    /// <param name="retry">How to retry; null to let the first failure through.</param>
    /// <param name="instanceId">The sub-orchestration's instance id; null for a generated one.</param>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry) => InstanceId = instanceId;

    /// <summary><paramref name="options"/> for a sub-orchestration.</summary>
    /// <param name="options">The options; their instance id, if they have one, holds unless another is given.</param>
    /// <param name="instanceId">The sub-orchestration's instance id.</param>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options) => InstanceId = instanceId ?? (options as SubOrchestrationOptions)?.InstanceId;

    /// <summary>The same options once more.</summary>
    /// <param name="options">The options.</param>
    public SubOrchestrationOptions(SubOrchestrationOptions options)
        : base(options) => InstanceId = options.InstanceId;

    /// <summary>The sub-orchestration's instance id, or null for a generated one.</summary>
    public string? InstanceId { get; init; }
}
