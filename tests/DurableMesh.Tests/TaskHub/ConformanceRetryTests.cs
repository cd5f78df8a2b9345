using System.Collections.Concurrent;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>Failures and retries of activities and sub-orchestrations.</summary>
public sealed class ConformanceRetryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<int> _attempts = new();

    [Theory]
    [InlineData(1.0, null, new[] { 0, 1, 2, 3 })]
    [InlineData(2.0, null, new[] { 0, 1, 3, 7 })]
    [InlineData(3.0, 4, new[] { 0, 1, 4, 8 })]
    [InlineData(3.0, -1, new[] { 0, 1, 4, 13 })]
    public async Task A_policy_waits_by_durable_timers_that_grow_up_to_its_longest(double backoff, int? longest, int[] seconds)
    {
        TimeSpan? longestWait = longest switch
        {
            null => null,
            -1 => Timeout.InfiniteTimeSpan,
            int s => TimeSpan.FromSeconds(s),
        };
        var policy = new RetryPolicy(4, Second, backoff, longestWait);

        OrchestrationMetadata end = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 10);

        Assert.Equal(seconds, _attempts);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("Task 'Try' (#6) failed with an unhandled exception: attempt 4", end.FailureDetails?.ErrorMessage);
    }

    [Fact]
    public async Task A_policy_stops_at_the_first_success()
    {
        OrchestrationMetadata end = await RunAsync(TaskOptions.FromRetryPolicy(new RetryPolicy(5, Second)), failures: 2);

        Assert.Equal([0, 1, 2], _attempts);
        Assert.Equal("done", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_policy_begins_no_attempt_after_its_timeout()
    {
        var policy = new RetryPolicy(10, Second, retryTimeout: TimeSpan.FromSeconds(3));

        await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 10);

        Assert.Equal([0, 1, 2, 3], _attempts);
    }

    [Fact]
    public async Task A_policys_filter_lets_other_failures_through_at_once()
    {
        var policy = new RetryPolicy(5, Second) { HandleFailure = failure => failure.IsCausedBy<TimeoutException>() };

        OrchestrationMetadata end = await RunAsync(TaskOptions.FromRetryPolicy(policy), failures: 1);

        Assert.Equal([0], _attempts);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
    }

    [Fact]
    public async Task A_handler_decides_and_may_wait_by_a_timer()
    {
        var seen = new ConcurrentQueue<(int Attempt, string Message, int Seconds)>();
        TaskOptions options = TaskOptions.FromRetryHandler(async retry =>
        {
            seen.Enqueue((retry.LastAttemptNumber, retry.LastFailure.ErrorMessage, (int)retry.TotalRetryTime.TotalSeconds));
            await retry.OrchestrationContext.CreateTimer(Second, CancellationToken.None);
            return retry.LastAttemptNumber < 3;
        });

        OrchestrationMetadata end = await RunAsync(options, failures: 10);

        Assert.Equal([0, 1, 2], _attempts);
        Assert.Equal([(1, "attempt 1", 0), (2, "attempt 2", 1), (3, "attempt 3", 2)], seen);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
    }

    [Fact]
    public async Task A_plain_handler_tries_again_at_once()
    {
        var options = TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 5);

        OrchestrationMetadata end = await RunAsync(options, failures: 3);

        Assert.Equal([0, 0, 0, 0], _attempts);
        Assert.Equal("done", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_sub_orchestration_is_retried_under_the_same_instance_id()
    {
        var children = new ConcurrentQueue<string>();
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Child", TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3)))
            .AddOrchestratorFunc<string>("Child", Task<string> (context) =>
            {
                children.Enqueue(context.InstanceId);
                return children.Count == 3 ? Task.FromResult("third time") : throw new TimeoutException();
            }));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Parent"));

        Assert.Equal("third time", end.ReadOutputAs<string>());
        Assert.Equal(3, children.Count);
        Assert.Single(children.Distinct());
    }

    [Fact]
    public async Task A_failure_comes_up_through_all_levels_with_its_type_message_and_cause()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc("Top", context => context.CallSubOrchestratorAsync("Middle"))
            .AddOrchestratorFunc("Middle", context => context.CallActivityAsync("Bottom"))
            .AddActivityFunc("Bottom", Task (_) => throw new InvalidDataException("bad", new TimeoutException("slow"))));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Top"));

        var chain = new List<string>();
        for (TaskFailureDetails? failure = end.FailureDetails; failure is not null; failure = failure.InnerFailure)
        {
            chain.Add(failure.ToString());
        }

        string failed = typeof(TaskFailedException).FullName!;
        string reason = "failed with an unhandled exception: ";
        Assert.Equal(
            [
                $"{failed}: Task 'Middle' (#0) {reason}Task 'Bottom' (#0) {reason}bad",
                $"{failed}: Task 'Bottom' (#0) {reason}bad",
                "System.IO.InvalidDataException: bad",
                "System.TimeoutException: slow",
            ],
            chain);
    }

    [Fact]
    public async Task An_activity_that_is_not_registered_fails_its_caller_by_name()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc("Call", context => context.CallActivityAsync("Nobody")));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call"));

        Assert.Contains("No activity task named 'Nobody'", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_were_given_as_the_input_are_refused()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry.AddOrchestratorFunc(
            "Call", context => context.CallActivityAsync("Try", input: new TaskOptions())));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call"));

        Assert.Equal(typeof(ArgumentException).FullName, end.FailureDetails?.ErrorType);
    }

    /// <summary>
    /// Calls an activity that fails so many times and notes the second of each attempt; the clock jumps from timer to timer.
    /// </summary>
    private async Task<OrchestrationMetadata> RunAsync(TaskOptions options, int failures)
    {
        TestHub? hub = null;
        await using TestHub running = hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string>("Call", context => context.CallActivityAsync<string>("Try", options))
            .AddActivityFunc<string>("Try", Task<string> (_) =>
            {
                _attempts.Enqueue((int)(hub!.Time.GetUtcNow() - hub.Time.Start).TotalSeconds);
                return _attempts.Count > failures
                    ? Task.FromResult("done")
                    : throw new InvalidOperationException($"attempt {_attempts.Count}");
            }));
        string id = await hub.StartInstanceAsync("Call");
        while (true)
        {
            DateTime? due = null;
            OrchestrationMetadata state = await hub.UntilAsync(id, now => now.IsEnded || (due = Timer(now)) is not null);
            if (state.IsCompleted)
            {
                return state;
            }

            hub.Time.SetUtcNow(due!.Value);
            await hub.UntilAsync(id, now => now.IsEnded || Timer(now) != due);
        }

        static DateTime? Timer(InstanceState state) => state.WaitingFor.OfType<TimerCreated>().FirstOrDefault()?.FireAt;
    }
}
