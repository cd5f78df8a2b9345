namespace Microsoft.DurableTask;

/// <summary>How an orchestrator wants an activity or a sub-orchestration run.</summary>
public record TaskOptions
{
    /// <summary>Options that only say how to retry.</summary>
    /// <param name="retry">How to retry; null to let the first failure through.</param>
    public TaskOptions(TaskRetryOptions? retry)
        : this(retry, null)
    {
    }

    /// <summary>Options.</summary>
    /// <param name="retry">How to retry; null to let the first failure through.</param>
    /// <param name="tags">What to tag the call with.</param>
    public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null)
    {
        Retry = retry;
        Tags = tags;
    }

    /// <summary>The same options once more.</summary>
    /// <param name="options">The options.</param>
    public TaskOptions(TaskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Retry = options.Retry;
        Tags = options.Tags;
        Version = options.Version;
    }

    /// <summary>How to retry, or null to let the first failure through.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>What the call is tagged with.</summary>
    public IDictionary<string, string>? Tags { get; init; }

    /// <summary>The version to call, or null for the default.</summary>
    public TaskVersion? Version { get; init; }

    /// <summary>Options that retry by a policy.</summary>
    /// <param name="policy">The policy.</param>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Options that ask the app after each failure.</summary>
    /// <param name="handler">Whom to ask; it is orchestrator code and must be deterministic.</param>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>Options that ask the app after each failure.</summary>
    /// <param name="handler">Whom to ask; it is orchestrator code and must be deterministic.</param>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

    /// <summary>These options for a sub-orchestration with the instance id <paramref name="instanceId"/>.</summary>
    /// <param name="instanceId">The sub-orchestration's instance id.</param>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}
