using System.Globalization;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>
/// Checkpoints, the log that they cut short, and instances that leave the memory: none of it may be seen from outside.
/// </summary>
public sealed class CheckpointTests
{
    /// <summary>A checkpoint at every look at the house, and nobody idle stays in memory.</summary>
    private static void Eager(TaskHubOptions options)
    {
        options.CheckpointBytes = 1;
        options.LiveIdleTimeout = TimeSpan.FromSeconds(1);
        options.ResidentIdleTimeout = TimeSpan.FromSeconds(2);
    }

    private static void Tasks(DurableTaskRegistry registry)
    {
        CollectorTasks.Collector(registry);
        registry.AddOrchestratorFunc<int, string>("Sleeper", async (context, seconds) =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(seconds), CancellationToken.None);
            return "awake";
        });
        registry.AddOrchestratorFunc<string, string>("Parent", async (context, child) =>
            await context.CallSubOrchestratorAsync<string>("Collector", options: new SubOrchestrationOptions(instanceId: child)));
    }

    private static Task<TestHub> StartAsync(StorageFaultPlan? faults = null, int partitions = 1) =>
        TestHub.StartAsync(Tasks, faults, partitions, Eager);

    private static Task<TestHub> RestartAsync(TestHub hub, int partitions = 1) =>
        hub.CrashAndRestartAsync(Tasks, partitions: partitions, configure: Eager);

    private static async Task SayAsync(TestHub hub, string id, params IEnumerable<object> words)
    {
        foreach (object word in words)
        {
            await hub.Client.RaiseEventAsync(id, "say", word.ToString()!, TestHub.Patience);
        }
    }

    private static async Task<string?> EndAsync(TestHub hub, string id)
    {
        await SayAsync(hub, id, "end");
        return (await hub.CompletionAsync(id)).ReadOutputAs<string>();
    }

    /// <summary>Lets time pass until something has come about.</summary>
    private static async Task UntilAsync(TestHub hub, Func<bool> condition)
    {
        CancellationToken patience = TestHub.Patience;
        while (!condition())
        {
            patience.ThrowIfCancellationRequested();
            hub.Time.Advance(TimeSpan.FromSeconds(1));

            // An answer, whatever it is, shows that the hub has kept up with the clock.
            await hub.Client.GetInstancesAsync("nobody", TestHub.Patience);
        }
    }

    private static Task UntilNobodyIsInMemoryAsync(TestHub hub) =>
        UntilAsync(hub, () => hub.Hub.Term!.All(partition => partition.Figures.Resident == 0));

    private static Task UntilCheckpointsAsync(TestHub hub, int more)
    {
        int wanted = CheckpointsOf(hub) + more;
        return UntilAsync(hub, () => CheckpointsOf(hub) >= wanted);
    }

    /// <summary>Has one checkpoint made, and no time pass in which it would settle.</summary>
    private static async Task OneCheckpointAsync(TestHub hub)
    {
        int before = CheckpointsOf(hub);
        CancellationToken patience = TestHub.Patience;
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        while (CheckpointsOf(hub) == before)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int CheckpointsOf(TestHub hub) =>
        hub.Told.Count(line => line.Contains(" instances anew in ", StringComparison.Ordinal));

    [Fact]
    public async Task An_idle_instance_leaves_the_memory_and_an_event_brings_it_back()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2);
        await UntilNobodyIsInMemoryAsync(hub);

        await SayAsync(hub, id, 3);

        Assert.Equal("1,2,3", await EndAsync(hub, id));
    }

    [Fact]
    public async Task A_timer_of_an_instance_that_is_away_fires()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Sleeper", 3600);
        await UntilNobodyIsInMemoryAsync(hub);

        hub.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("awake", (await hub.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_of_an_instance_that_is_away_fires_after_a_restart_too()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Sleeper", 3600);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);
        IReadOnlyList<Partition> partitions = await second.Hub.PartitionsAsync(TestHub.Patience);
        Assert.Equal(0, partitions[0].Figures.Resident);

        second.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("awake", (await second.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_ended_instance_can_be_asked_for_listed_and_purged_while_it_is_away()
    {
        await using TestHub hub = await StartAsync();
        foreach (string id in new[] { "a", "b", "c" })
        {
            await hub.StartInstanceAsync("Collector", id: id);
            await SayAsync(hub, id, id);
            await EndAsync(hub, id);
        }

        await UntilNobodyIsInMemoryAsync(hub);
        Assert.Equal("b", (await hub.Client.GetInstanceAsync("b", true, TestHub.Patience))!.ReadOutputAs<string>());
        await UntilNobodyIsInMemoryAsync(hub);
        var completed = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Completed], FetchInputsAndOutputs: true);
        Assert.Equal(
            ["a", "b", "c"],
            await hub.Client.GetAllInstancesAsync(completed).Select(one => one.ReadOutputAs<string>()).ToListAsync());
        await UntilNobodyIsInMemoryAsync(hub);

        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("a", cancellation: TestHub.Patience)).PurgedInstanceCount);
        PurgeResult rest = await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), cancellation: TestHub.Patience);
        Assert.Equal(2, rest.PurgedInstanceCount);
        await UntilCheckpointsAsync(hub, 3);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal(0, await second.Client.GetAllInstancesAsync().CountAsync());
        Assert.Null(await second.Client.GetInstanceAsync("b", TestHub.Patience));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_message_to_an_instance_that_is_away_is_held_until_it_is_back(int partitions)
    {
        await using TestHub hub = await StartAsync(partitions: partitions);
        string parent = await hub.StartInstanceAsync("Parent", "child", "parent");
        await hub.UntilAsync("child", state => state.Status == OrchestrationRuntimeStatus.Running);
        await UntilNobodyIsInMemoryAsync(hub);

        await SayAsync(hub, "child", 1, "end");

        Assert.Equal("1", (await hub.CompletionAsync(parent)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_held_message_survives_a_crash()
    {
        var gate = new TaskCompletionSource();
        var isShut = false;
        StorageFault Reads(StorageCall call) =>
            isShut && call.Operation == StorageOperation.ReadCheckpointFile
                ? StorageFault.None.After(gate.Task)
                : StorageFault.None;

        await using TestHub hub = await StartAsync(Reads);
        await hub.StartInstanceAsync("Parent", "child", "parent");
        await hub.UntilAsync("child", state => state.Status == OrchestrationRuntimeStatus.Running);
        await UntilNobodyIsInMemoryAsync(hub);
        await SayAsync(hub, "child", 1);
        await hub.UntilAsync("child", state => state.CustomStatus == "1");
        isShut = true;
        await SayAsync(hub, "child", "end");
        await hub.CompletionAsync("child");

        await using TestHub second = await RestartAsync(hub);
        gate.SetResult();

        Assert.Equal("1", (await second.CompletionAsync("parent")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_log_before_the_last_checkpoints_is_deleted_and_a_restart_does_without_it()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        for (int word = 1; word <= 8; word++)
        {
            await SayAsync(hub, id, word);
            await UntilCheckpointsAsync(hub, 1);
        }

        await UntilAsync(hub, () => hub.Storage.List(0)[0].Number > 5);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal(string.Join(',', Enumerable.Range(1, 8)), await EndAsync(second, id));
    }

    [Fact]
    public async Task Files_are_cleared_when_most_of_them_is_out_of_date_or_there_are_many()
    {
        await using TestHub hub = await StartAsync();
        string[] ids = [.. Enumerable.Range(0, 50).Select(number => number.ToString("D2", CultureInfo.InvariantCulture))];
        foreach (string id in ids)
        {
            await hub.StartInstanceAsync("Collector", id: id);
        }

        for (int word = 1; word <= 30; word++)
        {
            await SayAsync(hub, ids[word], word);
            await UntilCheckpointsAsync(hub, 1);
        }

        await UntilAsync(hub, () => hub.Storage.ListCheckpointFiles(0).Count <= 12);
        await using TestHub second = await RestartAsync(hub);
        Assert.Equal("7", await EndAsync(second, ids[7]));
        Assert.Equal("", await EndAsync(second, ids[40]));
        Assert.Equal(50, await second.Client.GetAllInstancesAsync().CountAsync());
    }

    [Fact]
    public async Task A_long_history_is_not_written_anew_at_each_checkpoint()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, new string('x', 100_000));
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        await UntilCheckpointsAsync(hub, 1);

        for (int word = 1; word <= 5; word++)
        {
            await SayAsync(hub, id, word);
            await UntilCheckpointsAsync(hub, 1);
        }

        Assert.Single(hub.Storage.ListCheckpointFiles(0), file => file.Length > 50_000);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);
        Assert.EndsWith("x,1,2,3,4,5", await EndAsync(second, id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_that_was_never_finished_leaves_files_that_the_next_owner_deletes()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        InMemoryHubStorage crashed = hub.Storage.Copy();
        crashed.TryWriteCheckpointFile(0, 1, "half a checkpoint"u8.ToArray());

        await using TestHub second = await TestHub.StartAsync(crashed, hub.Time, Tasks);

        Assert.Equal("1", await EndAsync(second, id));
        Assert.Contains(second.Told, line => line.Contains("never finished", StringComparison.Ordinal));
        Assert.Empty(crashed.ListCheckpointFiles(0));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_read_is_skipped_for_the_one_before_it_and_that_is_said()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilCheckpointsAsync(hub, 1);
        await SayAsync(hub, id, 2);
        await UntilCheckpointsAsync(hub, 1);
        await SayAsync(hub, id, 3);
        InMemoryHubStorage torn = hub.Storage.Copy();
        torn.DeleteCheckpointFile(0, torn.ListCheckpointFiles(0)[^1].Number);

        await using TestHub second = await TestHub.StartAsync(torn, hub.Time, Tasks);

        Assert.Equal("1,2,3", await EndAsync(second, id));
        Assert.Contains(second.Told, line => line.Contains("is skipped for the one before it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_file_whose_answer_was_lost_is_written_under_another_number()
    {
        await using TestHub hub = await StartAsync(call => call is { Operation: StorageOperation.WriteCheckpointFile, Nth: 1 }
            ? StorageFault.FailAfter
            : StorageFault.None);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal("1", await EndAsync(second, id));
    }

    [Fact]
    public async Task A_checkpoint_that_the_storage_forgot_is_made_again_from_memory()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        await OneCheckpointAsync(hub);

        // The file, the opening of the segment that names it, and what came with it.
        hub.Storage.Forget(3);
        await SayAsync(hub, id, 2);
        await UntilCheckpointsAsync(hub, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        await SayAsync(hub, id, 3);
        await using TestHub second = await RestartAsync(hub);

        Assert.Contains(hub.Told, line => line.Contains("writing their instances again from memory", StringComparison.Ordinal));
        Assert.Equal("1,2,3", await EndAsync(second, id));
    }

    [Fact]
    public async Task Who_was_begun_anew_is_not_gone_when_the_storage_forgot_the_file_that_said_so()
    {
        var gate = new TaskCompletionSource();
        var waits = new TaskCompletionSource();
        var isShut = false;
        await using TestHub hub = await StartAsync(call =>
        {
            if (!isShut || call.Operation != StorageOperation.WriteCheckpointFile)
            {
                return StorageFault.None;
            }

            waits.TrySetResult();
            return StorageFault.None.After(gate.Task);
        });
        await hub.StartInstanceAsync("Collector", id: "again");
        await EndAsync(hub, "again");
        await OneCheckpointAsync(hub);
        await hub.Client.PurgeInstanceAsync("again", cancellation: TestHub.Patience);
        await OneCheckpointAsync(hub);
        long before = hub.Storage.AppendCount;
        await hub.StartInstanceAsync("Collector", id: "again");
        await hub.UntilAsync("again", state => state.Status == OrchestrationRuntimeStatus.Running);
        isShut = true;
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        await waits.Task.WaitAsync(TestHub.Patience);

        // What was written since, the opening of the segment that names the file, what came with it, and the file. It is noticed
        // when the checkpoint that has the new one is about to count.
        hub.Storage.Forget((int)(hub.Storage.AppendCount - before) + 3);
        gate.SetResult();
        await UntilCheckpointsAsync(hub, 2);
        await using TestHub second = await RestartAsync(hub);

        Assert.Contains(hub.Told, line => line.Contains("writing their instances again from memory", StringComparison.Ordinal));
        Assert.NotNull(await second.Client.GetInstancesAsync("again", TestHub.Patience));
    }

    [Fact]
    public async Task A_file_that_is_gone_for_good_stops_the_hub_and_is_named()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        foreach (CheckpointFile file in hub.Storage.ListCheckpointFiles(0))
        {
            hub.Storage.DeleteCheckpointFile(0, file.Number);
        }

        _ = hub.Client.GetInstanceAsync(id, TestHub.Patience);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => hub.Hub.ExecuteTask!.WaitAsync(TestHub.Patience));

        Assert.Contains("has lost checkpoint file", error.Message, StringComparison.Ordinal);
        Assert.Contains(id, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_for_an_instance_that_is_not_started_yet_wait_on_the_shelf_too()
    {
        await using TestHub hub = await StartAsync();
        await SayAsync(hub, "late", 1, 2);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);

        await second.StartInstanceAsync("Collector", id: "late");

        Assert.Equal("1,2", await EndAsync(second, "late"));
    }

    [Fact]
    public async Task A_suspended_instance_is_still_suspended_when_it_comes_back()
    {
        await using TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        await hub.Client.SuspendInstanceAsync(id, "wait", TestHub.Patience);
        await SayAsync(hub, id, 1);
        await UntilNobodyIsInMemoryAsync(hub);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal(
            OrchestrationRuntimeStatus.Suspended, (await second.Client.GetInstanceAsync(id, TestHub.Patience))!.RuntimeStatus);
        await second.Client.ResumeInstanceAsync(id, cancellation: TestHub.Patience);
        Assert.Equal("1", await EndAsync(second, id));
    }

    [Fact]
    public async Task An_instance_that_is_started_anew_under_an_old_id_keeps_nothing_of_the_old_one()
    {
        await using TestHub hub = await StartAsync();
        await hub.StartInstanceAsync("Collector", id: "again");
        await SayAsync(hub, "again", "old");
        await EndAsync(hub, "again");
        await UntilNobodyIsInMemoryAsync(hub);

        await hub.StartInstanceAsync("Collector", id: "again");
        await SayAsync(hub, "again", "new");
        await UntilCheckpointsAsync(hub, 2);
        await using TestHub second = await RestartAsync(hub);

        Assert.Equal("new", await EndAsync(second, "again"));
    }

    [Fact]
    public async Task A_crash_between_any_two_writes_of_a_busy_time_with_checkpoints_loses_and_doubles_nothing()
    {
        TestHub hub = await StartAsync();
        string id = await hub.StartInstanceAsync("Collector");
        for (int turn = 1; turn <= 20; turn++)
        {
            await SayAsync(hub, id, turn);
            hub.Time.Advance(TimeSpan.FromSeconds(turn % 3));
            TestHub next = await RestartAsync(hub);
            await hub.DisposeAsync();
            hub = next;
        }

        Assert.Equal(string.Join(',', Enumerable.Range(1, 20)), await EndAsync(hub, id));
        await hub.DisposeAsync();
    }
}
