using System.Collections.Concurrent;
using System.Globalization;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static DurableMesh.Tests.TaskHub.CollectorTasks;

namespace DurableMesh.Tests.TaskHub;

/// <summary>
/// What the engine promises about crashes and a faulty storage: nothing acknowledged is lost, nothing is applied twice.
/// </summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task A_purge_is_told_of_when_it_is_durable_although_somebody_waits_for_the_instance_to_come()
    {
        var shut = new TaskCompletionSource();
        Task gate = Task.CompletedTask;
        await using TestHub hub = await TestHub.StartAsync(
            Collector, call => call.Operation == StorageOperation.Append ? StorageFault.None.After(gate) : StorageFault.None);
        string other = await hub.StartInstanceAsync("Collector");
        string ended = await hub.StartInstanceAsync("Collector");
        await EndAsync(hub, ended);
        gate = shut.Task;

        Task purge = hub.Client.PurgeInstanceAsync(ended, cancellation: TestHub.Patience);
        Task comes = hub.Client.WaitForInstanceStartAsync(ended, TestHub.Patience);
        Task<OrchestrationMetadata?> told = hub.Client.GetInstancesAsync(ended, TestHub.Patience);
        for (int answers = 0; answers < 100; answers++)
        {
            await hub.Client.GetInstancesAsync(other, TestHub.Patience);
        }

        bool isEarly = told.IsCompleted;
        shut.SetResult();
        await purge;

        Assert.False(isEarly);
        Assert.Null(await told);
        Assert.False(comes.IsCompleted);
    }

    [Fact]
    public async Task An_orchestration_goes_on_after_a_crash_with_everything_that_was_acknowledged()
    {
        await using TestHub first = await TestHub.StartAsync(Collector);
        string id = await first.StartInstanceAsync("Collector");
        await SayAsync(first, id, 1, 2, 3);

        await using TestHub second = await first.CrashAndRestartAsync(Collector);
        await SayAsync(second, id, 4);

        Assert.Equal("1,2,3,4", await EndAsync(second, id));
    }

    [Fact]
    public async Task A_crash_after_every_single_turn_loses_and_doubles_nothing()
    {
        TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        for (int turn = 1; turn <= 20; turn++)
        {
            await SayAsync(hub, id, turn);
            TestHub next = await hub.CrashAndRestartAsync(Collector);
            await hub.DisposeAsync();
            hub = next;
        }

        Assert.Equal(string.Join(',', Enumerable.Range(1, 20)), await EndAsync(hub, id));
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task A_lost_answer_of_any_append_neither_loses_nor_doubles_an_event()
    {
        await using TestHub hub = await TestHub.StartAsync(
            Collector, call => call is { Operation: StorageOperation.Append, Nth: var nth } && nth % 3 == 0
                ? StorageFault.FailAfter
                : StorageFault.None);
        string id = await Advancing(hub, hub.StartInstanceAsync("Collector"));

        await Advancing(hub, SayAsync(hub, id, Enumerable.Range(1, 30)));

        Assert.Equal(string.Join(',', Enumerable.Range(1, 30)), await Advancing(hub, EndAsync(hub, id)));
    }

    [Fact]
    public async Task Appends_that_fail_are_repeated_until_the_storage_is_back()
    {
        await using TestHub hub = await TestHub.StartAsync(
            Collector, call => call is { Operation: StorageOperation.Append, Nth: > 3 and < 12 }
                ? StorageFault.FailBefore
                : StorageFault.None);
        string id = await Advancing(hub, hub.StartInstanceAsync("Collector"));

        await Advancing(hub, SayAsync(hub, id, 1, 2, 3));

        Assert.Equal("1,2,3", await Advancing(hub, EndAsync(hub, id)));
    }

    [Fact]
    public async Task An_append_that_was_cut_short_is_left_behind_in_its_segment()
    {
        await using TestHub hub = await TestHub.StartAsync(
            Collector, call => call is { Operation: StorageOperation.Append, Nth: 4 }
                ? StorageFault.Tear(10)
                : StorageFault.None);
        string id = await Advancing(hub, hub.StartInstanceAsync("Collector"));
        await Advancing(hub, SayAsync(hub, id, 1, 2, 3));

        await using TestHub second = await hub.CrashAndRestartAsync(Collector);

        Assert.Equal("1,2,3", await EndAsync(second, id));
    }

    [Fact]
    public async Task The_log_rotates_before_the_limit_of_blocks_and_recovers_over_all_segments()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var storage = new InMemoryHubStorage(time)
        {
            MaximumBlocksPerSegment = 5,
            ServiceBlockLimit = 6,
            MaximumBlockBytes = 512,
        };
        await using TestHub hub = await TestHub.StartAsync(storage, time, Collector);
        string id = await hub.StartInstanceAsync("Collector", new string('x', 2000));
        await SayAsync(hub, id, Enumerable.Range(1, 40));

        await using TestHub second = await hub.CrashAndRestartAsync(Collector);

        Assert.Equal(string.Join(',', Enumerable.Range(1, 40)), await EndAsync(second, id));
    }

    [Fact]
    public async Task A_timer_that_fell_due_while_no_host_ran_fires_at_once()
    {
        await using TestHub hub = await TestHub.StartAsync(Sleeper);
        string id = await hub.StartInstanceAsync("Sleeper", 60);
        await hub.UntilAsync(id, state => state.WaitingFor.Any());

        hub.Time.Advance(TimeSpan.FromMinutes(5));
        await using TestHub second = await hub.CrashAndRestartAsync(Sleeper);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await second.CompletionAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task A_timer_never_fires_early()
    {
        await using TestHub hub = await TestHub.StartAsync(Sleeper);
        string id = await hub.StartInstanceAsync("Sleeper", 60);
        await hub.UntilAsync(id, state => state.WaitingFor.Any());

        hub.Time.Advance(TimeSpan.FromSeconds(59.9));
        OrchestrationMetadata? asleep = await hub.Client.GetInstanceAsync(id, TestHub.Patience);
        hub.Time.Advance(TimeSpan.FromSeconds(0.2));
        OrchestrationMetadata awake = await hub.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Running, asleep!.RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, awake.RuntimeStatus);
    }

    private static void Sleeper(DurableTaskRegistry registry) =>
        registry.AddOrchestratorFunc<int>("Sleeper", async (context, seconds) =>
            await context.CreateTimer(TimeSpan.FromSeconds(seconds), CancellationToken.None));

    [Fact]
    public async Task Sub_orchestrations_across_partitions_run_once_each_whatever_crashes()
    {
        var runs = new ConcurrentDictionary<string, int>();
        void Tasks(DurableTaskRegistry registry)
        {
            registry.AddOrchestratorFunc<int, int>("Parent", async (context, children) =>
            {
                await context.WaitForExternalEvent<string>("go");
                int[] answers = await Task.WhenAll(Enumerable.Range(0, children).Select(
                    child => context.CallSubOrchestratorAsync<int>(
                        "Child", child, new SubOrchestrationOptions(instanceId: $"child-{child}"))));
                return answers.Sum();
            });
            registry.AddOrchestratorFunc<int, int>("Child", async (context, number) =>
            {
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                return number;
            });
        }

        TestHub hub = await TestHub.StartAsync(Tasks, partitions: 4);
        string id = await hub.StartInstanceAsync("Parent", 10, "parent");
        await hub.Client.RaiseEventAsync(id, "go", "now", TestHub.Patience);
        for (int crash = 0; crash < 5; crash++)
        {
            TestHub next = await hub.CrashAndRestartAsync(Tasks, partitions: 4);
            await hub.DisposeAsync();
            hub = next;
        }

        for (int child = 0; child < 10; child++)
        {
            await hub.UntilAsync($"child-{child}", state => state.WaitingFor.Any());
        }

        hub.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(45, (await hub.CompletionAsync(id)).ReadOutputAs<int>());
        Assert.Equal(11, await hub.Client.GetAllInstancesAsync().CountAsync());
        await hub.DisposeAsync();
    }

    [Fact]
    public async Task Continue_as_new_keeps_events_that_arrive_while_it_happens()
    {
        static void Tasks(DurableTaskRegistry registry)
        {
            registry.AddOrchestratorFunc<List<string>, string>("Turning", async (context, seen) =>
            {
                seen ??= [];
                for (int i = 0; i < 3; i++)
                {
                    string said = await context.WaitForExternalEvent<string>("say");
                    if (said == "end")
                    {
                        return string.Join(',', seen);
                    }

                    seen.Add(said);
                }

                context.ContinueAsNew(seen);
                return "";
            });
        }

        await using TestHub hub = await TestHub.StartAsync(Tasks);
        string id = await hub.StartInstanceAsync("Turning", new List<string>());
        await Task.WhenAll(Enumerable.Range(1, 50).Select(
            word => hub.Client.RaiseEventAsync(id, "say", word.ToString(CultureInfo.InvariantCulture), TestHub.Patience)));
        await using TestHub second = await hub.CrashAndRestartAsync(Tasks);

        string[] heard = (await EndAsync(second, id))!.Split(',');
        Assert.Equal(Enumerable.Range(1, 50), heard.Select(word => int.Parse(word, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Code_that_no_longer_does_what_its_history_says_fails_with_what_was_expected_and_what_was_met()
    {
        await using TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");

        await using TestHub second = await hub.CrashAndRestartAsync(registry =>
        {
            registry.AddOrchestratorFunc<object, string>("Collector", async (context, _) =>
            {
                string said = await context.WaitForExternalEvent<string>("say");
                return await context.CallActivityAsync<string>("Echo", said + "!");
            });
            registry.AddActivityFunc<string, string>("Echo", (_, said) => said);
        });
        await SayAsync(second, id, 2);
        OrchestrationMetadata failed = await second.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains(
            "history expects activity 'Echo' (task 0) with input \"1\"",
            failed.FailureDetails!.ErrorMessage,
            StringComparison.Ordinal);
        Assert.Contains(
            "the code did activity 'Echo' (task 0) with input \"1!\"",
            failed.FailureDetails.ErrorMessage,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_throws_where_nobody_awaits_it_ends_its_own_instance_and_no_other()
    {
        static void Tasks(DurableTaskRegistry registry)
        {
            Collector(registry);
            registry.AddOrchestratorFunc("Careless", async context =>
            {
                Throw();
                await context.WaitForExternalEvent<string>("never");

                static async void Throw()
                {
                    await Task.Yield();
                    throw new InvalidOperationException("nobody awaits me");
                }
            });
        }

        await using TestHub hub = await TestHub.StartAsync(Tasks);
        string other = await hub.StartInstanceAsync("Collector");
        OrchestrationMetadata failed = await hub.CompletionAsync(await hub.StartInstanceAsync("Careless"));

        Assert.Equal("nobody awaits me", failed.FailureDetails!.ErrorMessage);
        Assert.Equal("1", await SayAndEndAsync(hub, other, 1));
    }

    [Fact]
    public async Task Messages_to_other_partitions_that_were_under_way_arrive_after_a_restart_once()
    {
        static void Tasks(DurableTaskRegistry registry)
        {
            Collector(registry);
            registry.AddOrchestratorFunc<string[], int>("Teller", (context, listeners) =>
            {
                foreach (string listener in listeners!)
                {
                    context.SendEvent(listener, "say", "hello");
                }

                return Task.FromResult(listeners.Length);
            });
        }

        string[] listeners = [.. Enumerable.Range(0, 20).Select(number => $"listener-{number}")];
        TestHub hub = await TestHub.StartAsync(Tasks, partitions: 4);
        await Task.WhenAll(listeners.Select(listener => hub.StartInstanceAsync("Collector", id: listener)));
        await hub.CompletionAsync(await hub.StartInstanceAsync("Teller", listeners));
        for (int crash = 0; crash < 3; crash++)
        {
            TestHub next = await hub.CrashAndRestartAsync(Tasks, partitions: 4);
            await hub.DisposeAsync();
            hub = next;
        }

        await Task.WhenAll(listeners.Select(listener => hub.UntilAsync(listener, state => state.CustomStatus == "1")));
        Assert.All(
            await Task.WhenAll(listeners.Select(listener => EndAsync(hub, listener))), heard => Assert.Equal("hello", heard));
        await hub.DisposeAsync();
    }

    /// <summary>Lets the clock run while something waits for back-off timers.</summary>
    private static async Task<T> Advancing<T>(TestHub hub, Task<T> work)
    {
        await Advancing(hub, (Task)work);
        return await work;
    }

    private static async Task Advancing(TestHub hub, Task work)
    {
        while (!work.IsCompleted)
        {
            hub.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await work;
    }
}
