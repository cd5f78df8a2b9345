using System.Globalization;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using static DurableMesh.Tests.TaskHub.CheckpointedHub;

namespace DurableMesh.Tests.TaskHub;

/// <summary>
/// Checkpoints, and instances that leave the memory: none of it may be seen from outside.
/// </summary>
public sealed class CheckpointTests
{
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
