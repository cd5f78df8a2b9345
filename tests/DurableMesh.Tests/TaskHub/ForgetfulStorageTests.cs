using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
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

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(3)]
    public async Task Segments_that_a_storage_forgot_are_written_again_before_the_next_one_begins(int forgotten)
    {
        await using TestHub hub = await TestHub.StartAsync(StorageOfOneCommitASegment(), Time(), Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2, 3);
        await hub.UntilAsync(id, state => state.CustomStatus == "3");

        hub.Storage.Forget((int)Math.Min(forgotten, hub.Storage.AppendCount));
        await SayAsync(hub, id, 4);
        await using TestHub second = await hub.CrashAndRestartAsync(Collector);

        Assert.Equal("1,2,3,4", await EndAsync(second, id));
    }

    [Fact]
    public async Task A_segment_has_no_opening_before_the_storage_has_those_before_it()
    {
        InMemoryHubStorage storage = StorageOfOneCommitASegment();
        long last = 0;
        bool forgets = false;
        StorageFault Fault(StorageCall call)
        {
            if (call.Operation == StorageOperation.Append && forgets)
            {
                // The first write behind what was forgotten brings that back.
                forgets = false;
                last = call.Number!.Value;
            }

            return StorageFault.None;
        }

        await using TestHub hub = await TestHub.StartAsync(storage, Time(), Collector, Fault);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");

        storage.Forget((int)storage.AppendCount);
        forgets = true;
        await SayAsync(hub, id, 2);

        Assert.Equal(1, last);
    }

    [Fact]
    public async Task A_host_that_stops_writes_again_what_the_storage_forgot_a_moment_before()
    {
        TestHub hub = await TestHub.StartAsync(Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1, 2, 3);
        await hub.UntilAsync(id, state => state.CustomStatus == "3");

        hub.Storage.Forget(4);
        await hub.DisposeAsync();
        await using TestHub second = await TestHub.StartAsync(hub.Storage, hub.Time, Collector);

        Assert.Equal("1,2,3,4", await SayAndEndAsync(second, id, 4));
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_long_for_a_storage_that_is_away_and_says_so()
    {
        bool isAway = false;
        StorageFault Fault(StorageCall call) =>
            isAway && call.Operation == StorageOperation.ListSegments ? StorageFault.FailBefore : StorageFault.None;

        // A commit waits for its storage however long it is away, and a checkpoint that became due would be one.
        TestHub hub = await TestHub.StartAsync(
            Collector, Fault, configure: options => options.CheckpointInterval = TimeSpan.FromDays(30));
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");

        isAway = true;
        await hub.DisposeAsync();

        Assert.Contains(hub.Told, line => line.Contains("stops without having seen", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_earlier_owner_wrote_is_written_again_by_the_one_that_has_read_it()
    {
        TestHub first = await TestHub.StartAsync(Collector);
        string id = await first.StartInstanceAsync("Collector");
        await SayAsync(first, id, 1, 2, 3);
        await first.UntilAsync(id, state => state.CustomStatus == "3");
        await first.DisposeAsync();
        await using TestHub second = await TestHub.StartAsync(first.Storage, first.Time, Collector);
        await second.Client.GetInstancesAsync(id, TestHub.Patience);

        second.Storage.Forget(4);
        await SayAsync(second, id, 4);
        await using TestHub third = await second.CrashAndRestartAsync(Collector);

        Assert.Equal("1,2,3,4", await EndAsync(third, id));
    }

    [Fact]
    public async Task A_checkpoint_that_was_written_again_settles_no_earlier_than_the_storage_can_have_saved_it()
    {
        await using TestHub hub = await TestHub.StartAsync(
            Collector,
            configure: options =>
            {
                options.CheckpointInterval = TimeSpan.FromSeconds(1);
                options.LiveIdleTimeout = options.ResidentIdleTimeout = TimeSpan.FromSeconds(1);
            });
        string id = await hub.StartInstanceAsync("Collector");
        await SayAsync(hub, id, 1);
        await hub.UntilAsync(id, state => state.CustomStatus == "1");
        await PassAsync(hub, seconds: 1);
        await UntilToldAsync(hub, "checkpoint 1 ");
        await PassAsync(hub, seconds: 4);

        hub.Storage.Forget(2);
        await PassAsync(hub, seconds: 1);
        await UntilToldAsync(hub, "again from memory");
        await PassAsync(hub, seconds: 7);

        Assert.Equal(1, hub.Hub.Term![0].Figures.Resident);
        await CheckpointedHub.UntilAsync(hub, () => hub.Hub.Term![0].Figures.Resident == 0);
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

    private static FakeTimeProvider Time() => new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    private static InMemoryHubStorage StorageOfOneCommitASegment() =>
        new(Time()) { LeaseDuration = TimeSpan.FromDays(30), MaximumBlocksPerSegment = 2 };

    /// <summary>Waits for what a hub says of itself while its clock stands still.</summary>
    private static async Task UntilToldAsync(TestHub hub, string words)
    {
        CancellationToken patience = TestHub.Patience;
        while (!hub.Told.Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            await hub.Client.GetInstancesAsync("nobody", patience);
        }
    }

    private static async Task PassAsync(TestHub hub, int seconds)
    {
        for (int passed = 0; passed < seconds; passed++)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));

            // An answer, whatever it is, shows that the hub has kept up with the clock.
            await hub.Client.GetInstancesAsync("nobody", TestHub.Patience);
        }
    }
}
