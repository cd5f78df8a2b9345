using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>Failures as retry policies, orchestrators and clients see them.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true, typeof(CoreTaskFailedException))]
    [InlineData(false, typeof(SubOrchestrationFailedException))]
    public async Task A_policy_is_asked_about_the_exception_of_the_framework_below(bool activity, Type expected)
    {
        // Only HandleFailure can be set by a program, and it throws for any other exception than these.
        var asked = new ConcurrentQueue<TaskFailureDetails>();
        var policy = new RetryPolicy(3, Second)
        {
            HandleFailure = failure =>
            {
                asked.Enqueue(failure);
                return failure.IsCausedBy<TimeoutException>();
            },
        };
        Exception? caught = null;
        await using TestHub hub = await TestHub.StartAsync(registry => Failing(registry).AddOrchestratorFunc(
            "Call",
            async context =>
            {
                try
                {
                    await (activity
                        ? context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(policy))
                        : context.CallSubOrchestratorAsync("Fail", options: TaskOptions.FromRetryPolicy(policy)));
                }
                catch (TaskFailedException error)
                {
                    caught = error;
                    throw;
                }
            }));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call"));

        TaskFailureDetails first = Assert.Single(asked);
        Assert.Equal("System.FormatException: no", first.ToString());
        Assert.Equal(activity ? expected : null, caught!.InnerException?.GetType());
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: no", caught.Message);
        Assert.Equal($"{typeof(TaskFailedException)}: {caught.Message}", end.FailureDetails!.ToString());
        Assert.Equal("System.FormatException: no", end.FailureDetails.InnerFailure!.ToString());
    }

    [Fact]
    public async Task A_policy_whose_own_code_throws_handles_nothing()
    {
        var policy = new RetryPolicy(3, Second) { HandleFailure = _ => throw new InvalidCastException("the policy's own") };
        await using TestHub hub = await TestHub.StartAsync(registry => Failing(registry).AddOrchestratorFunc(
            "Call", context => context.CallActivityAsync("Fail", options: TaskOptions.FromRetryPolicy(policy))));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call"));

        Assert.Equal("System.FormatException: no", end.FailureDetails!.InnerFailure!.ToString());
    }

    [Theory]
    [InlineData(true, "ActivityTaskNotFound: No activity task named 'Nobody' was found.")]
    [InlineData(false, "OrchestratorTaskNotFound: No orchestrator task named 'Nobody' was found.")]
    public async Task A_task_that_is_not_there_is_never_tried_again(bool activity, string expected)
    {
        int asked = 0;
        RetryPolicy policy = new(5, Second) { HandleFailure = _ => Interlocked.Increment(ref asked) > 0 };
        TaskOptions handler = TaskOptions.FromRetryHandler(_ => Interlocked.Increment(ref asked) > 0);
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc<bool>("Call", (context, byPolicy) =>
            {
                TaskOptions options = byPolicy ? TaskOptions.FromRetryPolicy(policy) : handler;
                return activity
                    ? context.CallActivityAsync("Nobody", options: options)
                    : context.CallSubOrchestratorAsync("Nobody", options: options);
            }));

        foreach (bool byPolicy in new[] { true, false })
        {
            OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call", byPolicy));
            Assert.StartsWith(expected, end.FailureDetails!.InnerFailure!.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task An_exception_that_wraps_a_tasks_failure_has_it_as_its_cause()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => Failing(registry).AddOrchestratorFunc("Call", async context =>
            {
                try
                {
                    await context.CallActivityAsync("Fail");
                }
                catch (TaskFailedException error)
                {
                    throw new InvalidOperationException("wrapped", error);
                }
            }));

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Call"));

        Assert.Equal("System.InvalidOperationException: wrapped", end.FailureDetails!.ToString());
        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task Properties_of_exceptions_come_with_their_failures_through_all_levels_and_over_a_crash()
    {
        await using TestHub first = await TestHub.StartAsync(
            registry => registry
                .AddOrchestratorFunc("Top", context => context.CallSubOrchestratorAsync("Middle"))
                .AddOrchestratorFunc("Middle", context => context.CallActivityAsync("Bottom"))
                .AddActivityFunc("Bottom", Task (_) => throw new RefusedException("no")),
            services: services => services.AddSingleton<IExceptionPropertiesProvider, Refusals>());
        await first.CompletionAsync(await first.StartInstanceAsync("Top", id: "it"));

        await using TestHub second = await first.CrashAndRestartAsync(_ => { });
        OrchestrationMetadata end = await second.CompletionAsync("it");

        IDictionary<string, object?> properties = end.FailureDetails!.InnerFailure!.InnerFailure!.Properties!;
        Assert.Equal("C-1", properties["code"]);
        Assert.Equal(7.0, properties["int"]);
        Assert.Equal(0.5, properties["decimal"]);
        Assert.Equal(true, properties["flag"]);
        Assert.Null(properties["nothing"]);
        Assert.Equal(Refusals.Noon, properties["time"]);
        Assert.Equal(new DateTimeOffset(Refusals.Noon), properties["offset"]);
        Assert.Equal("1.00:00:00", properties["other"]);
        Assert.Equal(["a", 1.0, null], Assert.IsType<List<object?>>(properties["list"]));
        Assert.Equal(3.0, Assert.IsType<Dictionary<string, object?>>(properties["map"])["deep"]);

        // The failure that lets another one through has its properties too.
        Assert.Equal("C-1", end.FailureDetails.InnerFailure.Properties!["code"]);
    }

    [Fact]
    public async Task Properties_of_what_an_orchestrator_throws_are_kept()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc("Throw", Task (_) => throw new RefusedException("no")),
            services: services => services.AddSingleton<IExceptionPropertiesProvider, Refusals>());

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Throw"));

        Assert.Equal("C-1", end.FailureDetails!.Properties!["code"]);
    }

    [Fact]
    public async Task An_id_that_is_taken_is_answered_with_the_official_exception()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string>("Wait", context => context.WaitForExternalEvent<string>("go")));
        await hub.StartInstanceAsync("Wait", id: "it");

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => hub.StartInstanceAsync("Wait", id: "it"));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => hub.Client.RestartAsync("it"));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.RestartAsync("nobody"));
    }

    private static DurableTaskRegistry Failing(DurableTaskRegistry registry) => registry
        .AddOrchestratorFunc("Fail", Task (_) => throw new FormatException("no"))
        .AddActivityFunc("Fail", Task (_) => throw new FormatException("no"));

    private sealed class RefusedException(string message) : Exception(message);

    private sealed class Refusals : IExceptionPropertiesProvider
    {
        public static readonly DateTime Noon = new(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc);

        public IDictionary<string, object?>? GetExceptionProperties(Exception exception) => exception is not RefusedException
            ? null
            : new Dictionary<string, object?>
            {
                ["code"] = "C-1",
                ["int"] = 7,
                ["decimal"] = 0.5m,
                ["flag"] = true,
                ["nothing"] = null,
                ["time"] = Noon,
                ["offset"] = new DateTimeOffset(Noon),
                ["other"] = TimeSpan.FromDays(1),
                ["list"] = new object?[] { "a", 1, null },
                ["map"] = new Dictionary<string, object?> { ["deep"] = 3L },
            };
    }
}
