using Microsoft.DurableTask;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class RetryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void What_is_not_given_has_the_official_default()
    {
        var policy = new RetryPolicy(3, Second);

        Assert.Equal(3, policy.MaxNumberOfAttempts);
        Assert.Equal(Second, policy.FirstRetryInterval);
        Assert.Equal(1.0, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
    }

    [Theory]
    [InlineData(0, 1, 1.0, null, null, "maxNumberOfAttempts")]
    [InlineData(-1, 1, 1.0, null, null, "maxNumberOfAttempts")]
    [InlineData(1, 0, 1.0, null, null, "firstRetryInterval")]
    [InlineData(1, -1, 1.0, null, null, "firstRetryInterval")]
    [InlineData(1, 1, 0.99, null, null, "backoffCoefficient")]
    [InlineData(1, 2, 1.0, 1, null, "maxRetryInterval")]
    [InlineData(1, 2, 1.0, null, 1, "retryTimeout")]
    public void A_value_out_of_its_range_is_refused_by_name(
        int attempts, int first, double backoff, int? longest, int? timeout, string parameter)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new RetryPolicy(attempts, TimeSpan.FromSeconds(first), backoff, Seconds(longest), Seconds(timeout)));

        Assert.Equal(parameter, error.ParamName);
    }

    [Fact]
    public void Waits_and_total_time_may_be_infinite_and_as_short_as_the_first_wait()
    {
        var infinite = new RetryPolicy(1, Second, 1, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var shortest = new RetryPolicy(1, Second, 1, Second, Second);

        Assert.Equal(Timeout.InfiniteTimeSpan, infinite.MaxRetryInterval);
        Assert.Equal(Second, shortest.RetryTimeout);
    }

    [Fact]
    public void A_policy_handles_every_failure_unless_told_otherwise() =>
        Assert.True(new RetryPolicy(1, Second).Handle(new InvalidOperationException()));

    [Fact]
    public void A_filter_sees_the_details_of_the_failed_task()
    {
        var policy = new RetryPolicy(2, Second) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };

        Assert.True(policy.Handle(new TaskFailedException("Call", 1, new TimeoutException())));
        Assert.False(policy.Handle(new TaskFailedException("Call", 1, new InvalidOperationException())));
    }

    [Fact]
    public void A_filter_refuses_what_no_task_failed_with()
    {
        var policy = new RetryPolicy(2, Second) { HandleFailure = _ => true };

        Assert.Throws<InvalidOperationException>(() => policy.Handle(new TimeoutException()));
    }

    [Fact]
    public async Task Options_hold_a_policy_or_a_handler_and_a_plain_handler_is_made_asynchronous()
    {
        var policy = new RetryPolicy(1, Second);
        TaskRetryOptions byPolicy = policy;
        TaskRetryOptions byHandler = TaskRetryOptions.FromRetryHandler((RetryHandler)(context => context.LastAttemptNumber < 2));
        var failure = new TaskFailureDetails("E", "m", null, null, null);

        Assert.Same(policy, byPolicy.Policy);
        Assert.Null(byPolicy.Handler);
        Assert.Null(byHandler.Policy);
        Assert.True(await byHandler.Handler!(new RetryContext(null!, 1, failure, default, default)));
        Assert.False(await byHandler.Handler(new RetryContext(null!, 2, failure, default, default)));
    }

    [Fact]
    public void Options_refuse_null()
    {
        Assert.Throws<ArgumentNullException>(() => new TaskRetryOptions((RetryPolicy)null!));
        Assert.Throws<ArgumentNullException>(() => new TaskRetryOptions((AsyncRetryHandler)null!));
        Assert.Throws<ArgumentNullException>(() => TaskRetryOptions.FromRetryHandler((RetryHandler)null!));
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;
}
