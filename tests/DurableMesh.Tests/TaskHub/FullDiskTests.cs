using System.Globalization;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>
/// A storage that acknowledges and does not save, as an Azurite on a full disk, and then comes back as it was before: what the
/// host keeps to be written again must not grow old meanwhile.
/// </summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task What_the_storage_never_saved_is_written_again_however_long_ago_it_was_acknowledged()
    {
        await using TestHub hub = await TestHub.StartAsync(CollectorTasks.Collector);
        string id = await hub.StartInstanceAsync("Collector");
        await UntilSaidAsync(hub, id, 1);
        SavesNothingFromNowOn(hub);
        long before = hub.Storage.AppendCount;

        await UntilSaidAsync(hub, id, 2);
        await PassAsync(hub, TimeSpan.FromMinutes(2));
        await UntilSaidAsync(hub, id, 3);
        hub.Storage.Forget((int)(hub.Storage.AppendCount - before));
        await UntilSaidAsync(hub, id, 4);

        Assert.Equal("1,2,3,4", await AfterRestartAsync(hub, id));
    }

    [Fact]
    public async Task What_was_saved_is_let_go_of()
    {
        await using TestHub hub = await TestHub.StartAsync(CollectorTasks.Collector);
        hub.Storage.SavedUntil = hub.Time.GetTimestamp;
        string id = await hub.StartInstanceAsync("Collector");
        await UntilSaidAsync(hub, id, 1);
        await PassAsync(hub, TimeSpan.FromSeconds(5));
        long looks = hub.Storage.AppendCount;

        // A storage that loses what was seen to be saved is not to be trusted with more.
        hub.Storage.Truncate(0, 1, 10);
        await PassAsync(hub, TimeSpan.FromSeconds(5));

        Assert.Equal(looks, hub.Storage.AppendCount);
        Assert.DoesNotContain(hub.Told, line => line.Contains("again from memory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_checkpoint_settles_and_nobody_leaves_the_memory_before_it_is_saved()
    {
        await using TestHub hub = await TestHub.StartAsync(
            CollectorTasks.Collector,
            configure: options =>
            {
                options.CheckpointBytes = 1;
                options.LiveIdleTimeout = options.ResidentIdleTimeout = TimeSpan.FromSeconds(1);
            });
        string id = await hub.StartInstanceAsync("Collector");
        SavesNothingFromNowOn(hub);
        await UntilSaidAsync(hub, id, 1);

        await PassAsync(hub, TimeSpan.FromMinutes(1));
        Assert.Equal(1, hub.Hub.Term![0].Figures.Resident);

        hub.Storage.SavedUntil = hub.Time.GetTimestamp;
        CancellationToken patience = TestHub.Patience;
        while (hub.Hub.Term![0].Figures.Resident > 0)
        {
            patience.ThrowIfCancellationRequested();
            await PassAsync(hub, TimeSpan.FromSeconds(1));
        }
    }

    private static void SavesNothingFromNowOn(TestHub hub)
    {
        long now = hub.Time.GetTimestamp();
        hub.Storage.SavedUntil = () => now;
    }

    private static async Task UntilSaidAsync(TestHub hub, string id, int word)
    {
        await hub.Client.RaiseEventAsync(id, "say", word.ToString(CultureInfo.InvariantCulture), TestHub.Patience);
        await hub.UntilAsync(id, state => state.CustomStatus == $"{word}");
    }

    /// <summary>Lets time pass, in which the house is looked after each second.</summary>
    private static async Task PassAsync(TestHub hub, TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(500))
        {
            hub.Time.Advance(TimeSpan.FromMilliseconds(500));

            // An answer, whatever it is, shows that the hub has kept up with the clock.
            await hub.Client.GetInstancesAsync("nobody", TestHub.Patience);
        }
    }

    private static async Task<string?> AfterRestartAsync(TestHub hub, string id)
    {
        await using TestHub second = await hub.CrashAndRestartAsync(CollectorTasks.Collector);
        await second.Client.RaiseEventAsync(id, "say", "end", TestHub.Patience);
        return (await second.CompletionAsync(id)).ReadOutputAs<string>();
    }
}
