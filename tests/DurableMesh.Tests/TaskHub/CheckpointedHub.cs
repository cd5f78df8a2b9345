using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>A hub that makes a checkpoint whenever it can, and keeps nobody idle in memory.</summary>
internal static class CheckpointedHub
{
    /// <summary>A checkpoint at every look at the house, and nobody idle stays in memory.</summary>
    public static void Eager(TaskHubOptions options)
    {
        options.CheckpointBytes = 1;
        options.LiveIdleTimeout = TimeSpan.FromSeconds(1);
        options.ResidentIdleTimeout = TimeSpan.FromSeconds(2);
    }

    public static void Tasks(DurableTaskRegistry registry)
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

    public static Task<TestHub> StartAsync(StorageFaultPlan? faults = null, int partitions = 1) =>
        TestHub.StartAsync(Tasks, faults, partitions, Eager);

    public static Task<TestHub> RestartAsync(TestHub hub, int partitions = 1) =>
        hub.CrashAndRestartAsync(Tasks, partitions: partitions, configure: Eager);

    public static async Task SayAsync(TestHub hub, string id, params IEnumerable<object> words)
    {
        foreach (object word in words)
        {
            await hub.Client.RaiseEventAsync(id, "say", word.ToString()!, TestHub.Patience);
        }
    }

    public static async Task<string?> EndAsync(TestHub hub, string id)
    {
        await SayAsync(hub, id, "end");
        return (await hub.CompletionAsync(id)).ReadOutputAs<string>();
    }

    /// <summary>Lets time pass until something has come about.</summary>
    public static async Task UntilAsync(TestHub hub, Func<bool> condition)
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

    public static Task UntilNobodyIsInMemoryAsync(TestHub hub) =>
        UntilAsync(hub, () => hub.Hub.Term!.All(partition => partition.Figures.Resident == 0));

    public static Task UntilCheckpointsAsync(TestHub hub, int more)
    {
        int wanted = CheckpointsOf(hub) + more;
        return UntilAsync(hub, () => CheckpointsOf(hub) >= wanted);
    }

    /// <summary>Has one checkpoint made, and no time pass in which it would settle.</summary>
    public static async Task OneCheckpointAsync(TestHub hub)
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

    public static int CheckpointsOf(TestHub hub) =>
        hub.Told.Count(line => line.Contains(" instances anew in ", StringComparison.Ordinal));
}
