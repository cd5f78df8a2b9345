namespace Microsoft.DurableTask;

/// <summary>Decides after a failure whether to try again. It is orchestrator code and must be deterministic.</summary>
/// <param name="retryContext">What failed, how often and for how long.</param>
/// <returns>True to try again at once.</returns>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>
/// Decides after a failure whether and, by a durable timer, when to try again. It is orchestrator code and must be deterministic.
/// </summary>
/// <param name="retryContext">What failed, how often and for how long.</param>
/// <returns>True to try again.</returns>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

/// <summary>What a retry handler decides by.</summary>
/// <param name="OrchestrationContext">The orchestration that called.</param>
/// <param name="LastAttemptNumber">Which attempt failed, from 1.</param>
/// <param name="LastFailure">How it failed.</param>
/// <param name="TotalRetryTime">The time since the first attempt, by the orchestration's clock.</param>
/// <param name="CancellationToken">Ends the retries.</param>
public record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime,
    CancellationToken CancellationToken);
