using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask.Client;
using static DurableMesh.Tests.TaskHub.CollectorTasks;

namespace DurableMesh.Tests.TaskHub;

/// <summary>A storage that has lost, cut or changed what it had acknowledged.</summary>
public sealed class ForgetfulStorageTests
{
    [Fact]
    public async Task What_a_storage_forgot_is_written_again()
    {
        await using TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2, 3);
        await hub.UntilAsync(id, state => state.CustomStatus == "3");

        hub.Storage.Forget(4);
        await SayAsync(hub, id, 4);
        await using TestHub second = await hub.CrashAndRestartAsync(Collector);

        Assert.Equal("1,2,3,4", await EndAsync(second, id));
    }

    [Fact]
    public async Task What_a_storage_forgot_is_written_again_though_nothing_more_happens()
    {
        await using TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2, 3);
        await hub.UntilAsync(id, state => state.CustomStatus == "3");
        int written = hub.Storage.ReadSegment(0, 1).Length;

        hub.Storage.Forget(4);
        CancellationToken patience = TestHub.Patience;
        while (hub.Storage.ReadSegment(0, 1).Length < written)
        {
            // A partition that has answered has seen what the clock rang for before: it may not miss the seconds in which it
            // looks.
            hub.Time.Advance(TimeSpan.FromMilliseconds(500));
            await hub.Client.GetInstancesAsync(id, patience);
        }

        await using TestHub second = await hub.CrashAndRestartAsync(Collector);

        Assert.Equal("1,2,3", await EndAsync(second, id));
    }

    [Fact]
    public async Task A_torn_tail_is_cut_and_what_was_acknowledged_before_it_stays()
    {
        await using TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        InMemoryHubStorage torn = hub.Storage.Copy();
        torn.Truncate(0, 1, torn.ReadSegment(0, 1).Length - 5);

        await using TestHub second = await TestHub.StartAsync(torn, hub.Time, Collector);

        // The cut commit held the activity's completion: it runs again.
        Assert.Equal("1,2", await SayAndEndAsync(second, id, 2));
    }

    [Fact]
    public async Task A_damaged_middle_stops_the_hub_and_names_the_place()
    {
        await using TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2, 3);
        InMemoryHubStorage damaged = hub.Storage.Copy();
        damaged.FlipByte(0, 1, 100);

        await using TestHub second = await TestHub.StartAsync(damaged, hub.Time, Collector);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => second.Hub.ExecuteTask!.WaitAsync(TestHub.Patience));

        Assert.Contains("log segment 1 is damaged at byte", error.Message, StringComparison.Ordinal);
    }
}
