namespace Microsoft.DurableTask;

/// <summary>How to retry: by a <see cref="RetryPolicy"/>, or by asking the app after each failure.</summary>
public sealed class TaskRetryOptions
{
    /// <summary>Retry by a policy.</summary>
    /// <param name="policy">The policy.</param>
    public TaskRetryOptions(RetryPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Policy = policy;
    }

    /// <summary>Ask the app after each failure.</summary>
    /// <param name="handler">Whom to ask; it is orchestrator code and must be deterministic.</param>
    public TaskRetryOptions(AsyncRetryHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Handler = handler;
    }

    /// <summary>The policy, or null when the app is asked.</summary>
    public RetryPolicy? Policy { get; }

    /// <summary>Whom to ask, or null when a policy decides.</summary>
    public AsyncRetryHandler? Handler { get; }

    /// <summary>A policy as options.</summary>
    /// <param name="policy">The policy.</param>
    public static implicit operator TaskRetryOptions(RetryPolicy policy) => FromRetryPolicy(policy);

    /// <summary>A handler as options.</summary>
    /// <param name="handler">Whom to ask.</param>
    public static implicit operator TaskRetryOptions(AsyncRetryHandler handler) => FromRetryHandler(handler);

    /// <summary>A handler as options.</summary>
    /// <param name="handler">Whom to ask.</param>
    public static implicit operator TaskRetryOptions(RetryHandler handler) => FromRetryHandler(handler);

    /// <summary>Retry by a policy.</summary>
    /// <param name="policy">The policy.</param>
    public static TaskRetryOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Ask the app after each failure.</summary>
    /// <param name="handler">Whom to ask.</param>
    public static TaskRetryOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

    /// <summary>Ask the app after each failure.</summary>
    /// <param name="handler">Whom to ask.</param>
    public static TaskRetryOptions FromRetryHandler(RetryHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new(context => Task.FromResult(handler(context)));
    }
}
