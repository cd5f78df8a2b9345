using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost.Azurite;
using DurableMesh.Tests.TaskHub;
using Microsoft.DurableTask;

namespace DurableMesh.Tests.TaskHub.Telemetry;

public sealed class EngineMetricsTests
{
    /// <summary>Waits for three events and calls an activity for each: seven turns.</summary>
    private static void Dialogue(DurableTaskRegistry registry)
    {
        registry.AddOrchestratorFunc<object, int>("Dialogue", async (context, _) =>
        {
            for (int turn = 1; turn <= 3; turn++)
            {
                context.SetCustomStatus(
                    await context.CallActivityAsync<int>("Echo", await context.WaitForExternalEvent<int>("turn")));
            }

            return 3;
        });
        registry.AddActivityFunc<int, int>("Echo", (_, said) => said);
    }

    private static async Task TurnAsync(TestHub hub, string id, int number)
    {
        await hub.Client.RaiseEventAsync(id, "turn", number, TestHub.Patience);
        await hub.UntilAsync(id, state => state.CustomStatus == $"{number}");
    }

    [Fact]
    public async Task A_known_run_is_counted_and_measured()
    {
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        Partition partition = (await hub.Hub.PartitionsAsync(TestHub.Patience))[0];
        long before = partition.Written.Bytes;
        using var metrics = new RecordedMetrics(hub.Meters);
        string id = await hub.StartInstanceAsync("Dialogue");
        for (int turn = 1; turn <= 3; turn++)
        {
            await TurnAsync(hub, id, turn);
        }

        await hub.CompletionAsync(id);

        Assert.Equal(7, metrics.Of("durablemesh.engine.turns", "durabletask.task.name", "Dialogue").Sum());
        Assert.Equal(7, metrics.Of("durablemesh.engine.turns", "durablemesh.partition", 0).Sum());
        IReadOnlyList<double> sizes = metrics.Of("durablemesh.engine.commit.size");
        Assert.Equal(sizes.Count, metrics.Of("durablemesh.engine.commit.duration").Count);
        Assert.Equal(sizes.Count, metrics.Of("durablemesh.engine.commit.records").Count);
        Assert.Equal(partition.Written.Bytes - before, sizes.Sum());
        Assert.True(metrics.Of("durablemesh.engine.commit.records").Sum() >= 11);
        Assert.Equal("{turn}", metrics.Units["durablemesh.engine.turns"]);
        Assert.Equal("By", metrics.Units["durablemesh.engine.commit.size"]);
        Assert.Equal("s", metrics.Units["durablemesh.engine.commit.duration"]);
    }

    [Fact]
    public async Task Instances_are_counted_while_they_are_open_resident_and_live()
    {
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        using var metrics = new RecordedMetrics(hub.Meters);
        Assert.Equal((0, 0, 0), Instances(metrics));

        string id = await hub.StartInstanceAsync("Dialogue", id: "a");
        await hub.StartInstanceAsync("Dialogue", id: "b");
        await TurnAsync(hub, "a", 1);
        await TurnAsync(hub, "b", 1);
        Assert.Equal((2, 2, 2), Instances(metrics));

        hub.Time.Advance(new TaskHubOptions().LiveIdleTimeout);
        await Eventually.HoldsAsync(() => Instances(metrics) == (2, 2, 0));

        await using TestHub restarted = await hub.CrashAndRestartAsync(Dialogue);
        using var after = new RecordedMetrics(restarted.Meters);
        await TurnAsync(restarted, "a", 2);
        Assert.Equal(
            (2, 2), (after.Now("durablemesh.engine.instances.open"), after.Now("durablemesh.engine.instances.resident")));

        await hub.Client.TerminateInstanceAsync(id, cancellation: TestHub.Patience);
        Assert.Equal(
            (1, 0), (metrics.Now("durablemesh.engine.instances.open"), metrics.Now("durablemesh.engine.instances.live")));
    }

    [Fact]
    public async Task The_lag_is_the_age_of_what_the_storage_has_not_taken_yet()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool blocked = false;
        await using TestHub hub = await TestHub.StartAsync(Dialogue, call =>
        {
            if (!blocked || call.Operation != StorageOperation.Append)
            {
                return StorageFault.None;
            }

            waiting.TrySetResult();
            return StorageFault.None.After(gate.Task);
        });
        using var metrics = new RecordedMetrics(hub.Meters);
        string id = await hub.StartInstanceAsync("Dialogue");
        await TurnAsync(hub, id, 1);
        Assert.Equal(0, metrics.Now("durablemesh.engine.commit.lag"));

        blocked = true;
        Task raised = hub.Client.RaiseEventAsync(id, "turn", 2, TestHub.Patience);
        await waiting.Task.WaitAsync(TestHub.Patience);
        hub.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(5, metrics.Now("durablemesh.engine.commit.lag"));

        gate.SetResult();
        await raised;
        await hub.UntilAsync(id, state => state.CustomStatus == "2");
        Assert.Equal(0, metrics.Now("durablemesh.engine.commit.lag"));
        Assert.Contains(5, metrics.Of("durablemesh.engine.commit.duration"));
    }

    [Fact]
    public async Task Leases_and_recoveries_are_counted()
    {
        bool lost = false;
        await using TestHub hub = await TestHub.StartAsync(
            Dialogue,
            call => lost && call.Operation == StorageOperation.Append ? StorageFault.LoseLease : StorageFault.None,
            partitions: 2);
        await hub.Hub.PartitionsAsync(TestHub.Patience);
        using var metrics = new RecordedMetrics(hub.Meters);

        lost = true;
        Task<string> refused = hub.StartInstanceAsync("Dialogue");
        await Eventually.HoldsAsync(() => metrics.Of("durablemesh.engine.lease.changes", "kind", "lost").Sum() == 2);
        lost = false;
        await Eventually.HoldsAsync(() =>
        {
            hub.Time.Advance(TimeSpan.FromMilliseconds(100));
            return metrics.Of("durablemesh.engine.recovery.duration").Count == 2;
        });
        await Assert.ThrowsAsync<TaskHubUnavailableException>(() => refused);
        Assert.Equal([1], metrics.Of("durablemesh.engine.requests.refused", "error.type", "unavailable"));

        await hub.Hub.StopAsync(TestHub.Patience);
        Assert.Equal(2, metrics.Of("durablemesh.engine.lease.changes", "kind", "acquired").Sum());
        Assert.Equal(2, metrics.Of("durablemesh.engine.lease.changes", "kind", "released").Sum());
    }

    [Fact]
    public async Task What_the_hub_refuses_because_it_has_too_much_to_do_is_counted()
    {
        await using TestHub hub = await TestHub.StartAsync(Dialogue, configure: options => options.MaximumPendingBytes = 1);
        using var metrics = new RecordedMetrics(hub.Meters);

        await Assert.ThrowsAsync<TaskHubOverloadedException>(() => hub.StartInstanceAsync("Dialogue"));

        Assert.Equal([1], metrics.Of("durablemesh.engine.requests.refused", "error.type", "overloaded"));
    }

    [Fact]
    public async Task Activities_are_counted_while_they_run()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestHub hub = await TestHub.StartAsync(registry =>
        {
            registry.AddOrchestratorFunc<object, int>("Once", (context, _) => context.CallActivityAsync<int>("Slow"));
            registry.AddActivityFunc<object, int>("Slow", async (_, _) =>
            {
                await gate.Task;
                return 1;
            });
        });
        using var metrics = new RecordedMetrics(hub.Meters);
        string id = await hub.StartInstanceAsync("Once");
        await Eventually.HoldsAsync(() => metrics.Now("durablemesh.engine.activities.running") == 1);
        Assert.Equal(0, metrics.Now("durablemesh.engine.activities.waiting"));

        gate.SetResult();
        await hub.CompletionAsync(id);
        await Eventually.HoldsAsync(() => metrics.Now("durablemesh.engine.activities.running") == 0);
    }

    private static (double Open, double Resident, double Live) Instances(RecordedMetrics metrics) => (
        metrics.Now("durablemesh.engine.instances.open"),
        metrics.Now("durablemesh.engine.instances.resident"),
        metrics.Now("durablemesh.engine.instances.live"));
}
