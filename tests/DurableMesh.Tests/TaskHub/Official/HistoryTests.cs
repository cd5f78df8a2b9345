using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>What clients can learn of an instance: its history, its tags; and which instances there are.</summary>
public sealed class HistoryTests
{
    private static void Tasks(DurableTaskRegistry registry) => registry
        .AddOrchestratorFunc<string, string>("Work", async (context, input) =>
        {
            string made = await context.CallActivityAsync<string>(
                "Make", input, new TaskOptions { Tags = new Dictionary<string, string> { ["by"] = "hand" } });
            await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            string said = await context.WaitForExternalEvent<string>("say");
            context.SendEvent("other", "told", said);
            return await context.CallSubOrchestratorAsync<string>(
                "Child", made + said, new SubOrchestrationOptions(instanceId: "child")
                {
                    Tags = new Dictionary<string, string> { ["team"] = "north" },
                });
        })
        .AddOrchestratorFunc<string, string>("Child", (_, input) => $"child {input}")
        .AddOrchestratorFunc("Fail", context => context.CallActivityAsync("Break"))
        .AddOrchestratorFunc<string>("Wait", context => context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc<int, int>("Rounds", (context, left) =>
        {
            if (left > 0)
            {
                context.ContinueAsNew(left - 1);
            }

            return left;
        })
        .AddActivityFunc<string, string>("Make", (_, input) => $"made {input} ")
        .AddActivityFunc("Break", Task (_) => throw new FormatException("no"));

    [Fact]
    public async Task A_history_is_told_in_the_official_words()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await RunAsync(hub);

        IList<HistoryEvent> history = await hub.Client.GetOrchestrationHistoryAsync("it", TestHub.Patience);

        Assert.Equal(
            [
                EventType.OrchestratorStarted, EventType.ExecutionStarted, EventType.TaskScheduled,
                EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.TaskCompleted, EventType.TimerCreated, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.TimerFired, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.EventRaised, EventType.EventSent,
                EventType.SubOrchestrationInstanceCreated, EventType.OrchestratorCompleted,
                EventType.OrchestratorStarted, EventType.SubOrchestrationInstanceCompleted, EventType.ExecutionCompleted,
                EventType.OrchestratorCompleted,
            ],
            history.Select(one => one.EventType));
        var scheduled = history.OfType<TaskScheduledEvent>().Single();
        Assert.Equal(("Make", "\"x\"", "hand"), (scheduled.Name, scheduled.Input, scheduled.Tags!["by"]));
        Assert.Equal(0, history.OfType<TaskCompletedEvent>().Single().TaskScheduledId);
        var fired = history.OfType<TimerFiredEvent>().Single();
        Assert.Equal((1, hub.Time.GetUtcNow().UtcDateTime), (fired.TimerId, fired.FireAt));
        Assert.Equal("child", history.OfType<SubOrchestrationInstanceCreatedEvent>().Single().InstanceId);
        Assert.Equal("\"child made x y\"", history.OfType<ExecutionCompletedEvent>().Single().Result);
        Assert.Equal([0, 1, 2, 3, 4], history.Select(one => one.EventId).Where(id => id >= 0));
    }

    [Fact]
    public async Task It_is_the_same_after_a_crash_and_a_failure_is_in_it()
    {
        await using TestHub first = await TestHub.StartAsync(Tasks);
        await first.CompletionAsync(await first.StartInstanceAsync("Fail", id: "it"));

        await using TestHub second = await first.CrashAndRestartAsync(Tasks);
        IList<HistoryEvent> history = await second.Client.GetOrchestrationHistoryAsync("it", TestHub.Patience);

        Assert.Equal("System.FormatException", history.OfType<TaskFailedEvent>().Single().FailureDetails!.ErrorType);
        Assert.Equal(
            "System.FormatException", history.OfType<ExecutionCompletedEvent>().Single().FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task It_begins_anew_with_each_execution()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.CompletionAsync(await hub.StartInstanceAsync("Rounds", 3, "it"));

        IList<HistoryEvent> history = await hub.Client.GetOrchestrationHistoryAsync("it", TestHub.Patience);

        Assert.Equal(4, history.Count);
        Assert.Equal("0", history.OfType<ExecutionStartedEvent>().Single().Input);
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.GetOrchestrationHistoryAsync("nobody", TestHub.Patience));
    }

    [Fact]
    public async Task A_sub_orchestration_has_the_tags_that_it_is_given()
    {
        await using TestHub first = await TestHub.StartAsync(Tasks);
        await RunAsync(first);

        await using TestHub second = await first.CrashAndRestartAsync(Tasks);

        Assert.Equal("north", (await second.CompletionAsync("child")).Tags["team"]);
        Assert.Empty((await second.CompletionAsync("it")).Tags);
    }

    [Fact]
    public async Task Ids_are_listed_in_pages_by_status_and_by_the_time_of_their_end()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks, partitions: 3);
        DateTimeOffset begun = hub.Time.GetUtcNow();
        foreach (int number in Enumerable.Range(0, 5))
        {
            hub.Time.Advance(TimeSpan.FromMinutes(1));
            await hub.CompletionAsync(await hub.StartInstanceAsync("Rounds", 0, $"done-{number}"));
            await hub.StartInstanceAsync("Wait", id: $"open-{number}");
        }

        OrchestrationRuntimeStatus[] completed = [OrchestrationRuntimeStatus.Completed];
        var pages = new List<IReadOnlyList<string>>();
        string? last = null;
        do
        {
            Page<string> page = await hub.Client.ListInstanceIdsAsync(
                completed, pageSize: 2, lastInstanceKey: last, cancellation: TestHub.Patience);
            pages.Add(page.Values);
            last = page.ContinuationToken;
        }
        while (last is not null);

        Page<string> some = await hub.Client.ListInstanceIdsAsync(
            completedTimeFrom: begun.AddMinutes(2), completedTimeTo: begun.AddMinutes(3), cancellation: TestHub.Patience);
        Page<string> all = await hub.Client.ListInstanceIdsAsync(cancellation: TestHub.Patience);

        Assert.Equal(Enumerable.Range(0, 5).Select(number => $"done-{number}"), pages.SelectMany(page => page).Order());
        Assert.All(pages, page => Assert.True(page.Count <= 2));
        Assert.Equal(["done-1", "done-2"], some.Values.Order());
        Assert.Equal(10, all.Values.Count);
    }

    [Fact]
    public async Task An_instance_is_started_again_with_its_input_version_and_tags()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string, string>("Echo", (context, input) => $"{input} {context.Version}"));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo",
            "x",
            new StartOrchestrationOptions("it") { Version = "v3", Tags = new Dictionary<string, string> { ["mc"] = "7" } },
            TestHub.Patience);
        await hub.CompletionAsync("it");

        string other = await hub.Client.RestartAsync("it", restartWithNewInstanceId: true, TestHub.Patience);
        OrchestrationMetadata end = await hub.CompletionAsync(other);

        Assert.NotEqual("it", other);
        Assert.Equal(("x v3", "7"), (end.ReadOutputAs<string>(), end.Tags["mc"]));
    }

    private static async Task RunAsync(TestHub hub)
    {
        await hub.StartInstanceAsync("Work", "x", "it");
        await hub.UntilAsync("it", state => state.WaitsFor(1));
        hub.Time.Advance(TimeSpan.FromMinutes(1));
        await hub.UntilAsync("it", state => !state.WaitsFor(1) && state.LastUpdatedAt == hub.Time.GetUtcNow().UtcDateTime);
        await hub.Client.RaiseEventAsync("it", "say", "y", TestHub.Patience);
        await hub.CompletionAsync("it");
    }
}
