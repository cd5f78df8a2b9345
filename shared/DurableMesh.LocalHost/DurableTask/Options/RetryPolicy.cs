using System.ComponentModel;

namespace Microsoft.DurableTask;

/// <summary>Retries with waits that grow by a factor, up to a number of attempts and a total time.</summary>
public class RetryPolicy
{
    /// <summary>Makes a policy.</summary>
    /// <param name="maxNumberOfAttempts">How often to try, the first time included; 1 or more.</param>
    /// <param name="firstRetryInterval">The wait before the second attempt; more than zero.</param>
    /// <param name="backoffCoefficient">What each wait is multiplied by for the next one; 1 or more.</param>
    /// <param name="maxRetryInterval">
    /// The longest wait: from <paramref name="firstRetryInterval"/> up, or <see cref="Timeout.InfiniteTimeSpan"/>; one hour by
    /// default.
    /// </param>
    /// <param name="retryTimeout">
    /// How long after the first attempt a new one may begin: from <paramref name="firstRetryInterval"/> up; infinite by default.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1.0);
        RefuseShorterThanFirst(maxRetryInterval, nameof(maxRetryInterval));
        RefuseShorterThanFirst(retryTimeout, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;

        void RefuseShorterThanFirst(TimeSpan? value, string parameter)
        {
            if (value < firstRetryInterval && value != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(
                    parameter, value, $"'{parameter}' must be at least as long as '{nameof(firstRetryInterval)}', or infinite.");
            }
        }
    }

    /// <summary>How often to try, the first time included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>The wait before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>What each wait is multiplied by for the next one.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>How long after the first attempt the next may begin; <see cref="Timeout.InfiniteTimeSpan"/>: always.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Whether a failed call may be tried again: always, unless <see cref="HandleFailure"/> decides.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Func<Exception, bool> Handle { get; private init; } = _ => true;

    /// <summary>
    /// Decides by the failure's details whether to try again. It is orchestrator code and must be deterministic.
    /// </summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            Handle = error => error is TaskFailedException failed
                ? value(failed.FailureDetails)
                : throw new InvalidOperationException(
                    $"A retry policy decides on a {nameof(TaskFailedException)}; this is a {error.GetType()}.", error);
        }
    }
}
