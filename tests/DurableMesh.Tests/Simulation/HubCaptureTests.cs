using DurableMesh.Simulation;
using DurableMesh.Simulation.Machine;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Simulation;

/// <summary>
/// A hub is captured while orchestrations in all of its partitions send to one another, over a storage that takes its time; what
/// was captured is copied while the hub goes on, makes checkpoints and would delete what it needs no more. A hub over the copy
/// then goes on as if nothing had been.
/// </summary>
public sealed class HubCaptureTests
{
    private const int Seeds = 24;
    private const int Partitions = 4;
    private const int Senders = 4;
    private const int Collectors = 4;
    private const int Rounds = 60;

    private static readonly TimeSpan AfterCapture = TimeSpan.FromSeconds(3);

    [Fact]
    public void Over_a_copy_of_what_was_captured_each_message_arrives_once()
    {
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            (InMemoryHubStorage copy, int before) = Capture(
                seed, async (hub, look) => await hub.CaptureAsync(look, CancellationToken.None));
            Assert.InRange(before, 1, (Senders * Rounds * Collectors) - 1);
            Assert.Equal(Said(), Finish(seed, copy));
        }
    }

    [Fact]
    public void Without_the_hold_this_would_find_something()
    {
        var found = Enumerable.Range(1, Seeds).Count(seed =>
        {
            try
            {
                (InMemoryHubStorage copy, _) = Capture((ulong)seed, async (_, look) =>
                {
                    await look(CancellationToken.None);
                    return null;
                });
                return !Said().SequenceEqual(Finish((ulong)seed, copy));
            }
            catch (FileNotFoundException)
            {
                // Deleted before it was copied.
                return true;
            }
        });

        Assert.InRange(found, 1, Seeds);
    }

    /// <summary>All that each collector is told, in order.</summary>
    private static IEnumerable<string> Said() => Enumerable.Range(0, Collectors).SelectMany(_ =>
        Enumerable.Range(0, Senders).SelectMany(sender => Enumerable.Range(0, Rounds).Select(round => $"{sender}:{round:D3}")));

    private static (InMemoryHubStorage Copy, int Before) Capture(
        ulong seed, Func<LocalTaskHub, Func<CancellationToken, Task>, Task<HubCapture?>> capture)
    {
        var random = new SeededRandom(seed, stream: 1);
        var machine = new SimulatedMachine(new SeededRandom(seed, stream: 2), disorder: 0.1, new Trace(0));
        SimulatedProcess process = machine.Spawn("h1");
        var storage = new InMemoryHubStorage(process.Time);
        var slow = new SeededRandom(seed, stream: 3);
        using LocalTaskHub hub = HubOver(
            storage.Connect(_ => StorageFault.None.After(TimeSpan.FromMilliseconds(slow.Below(20)))), process);
        var client = new LocalDurableTaskClient("test", hub, process.Time);
        InMemoryHubStorage? copy = null;
        int before = 0;
        Task running = process.RunAsync(() => hub.RunAsync(CancellationToken.None));
        Task all = process.RunAsync(async () =>
        {
            for (int number = 0; number < Collectors; number++)
            {
                var options = new StartOrchestrationOptions($"collector-{number}");
                await client.ScheduleNewOrchestrationInstanceAsync("Collector", options);
            }

            for (int number = 0; number < Senders; number++)
            {
                var options = new StartOrchestrationOptions($"sender-{number}");
                await client.ScheduleNewOrchestrationInstanceAsync("Sender", number, options);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Between(500, 2_500)), process.Time);
            var seen = new Listing();
            using HubCapture? held = await capture(hub, _ => seen.LookAsync(storage, random, process.Time));
            foreach (int number in Enumerable.Range(0, Collectors))
            {
                before += (await client.GetInstanceAsync($"collector-{number}", true))!.ReadCustomStatusAs<int>();
            }

            await Task.Delay(AfterCapture, process.Time);
            copy = await seen.CopyAsync(storage);
        });
        while (!all.IsCompleted && machine.Step())
        {
        }

        Assert.Null(machine.Leak);
        Assert.False(running.IsCompleted);
        all.GetAwaiter().GetResult();
        return (copy!, before);
    }

    /// <summary>What the collectors were told in the end, over a copy.</summary>
    private static List<string> Finish(ulong seed, InMemoryHubStorage copy)
    {
        var machine = new SimulatedMachine(new SeededRandom(seed, stream: 4), disorder: 0.1, new Trace(0));
        SimulatedProcess process = machine.Spawn("h2");
        using LocalTaskHub hub = HubOver(copy.Connect(), process);
        var client = new LocalDurableTaskClient("test", hub, process.Time);
        var said = new List<string>();
        Task running = process.RunAsync(() => hub.RunAsync(CancellationToken.None));
        Task all = process.RunAsync(async () =>
        {
            // Had one lost a message, it would wait for it: the time says that it does.
            await Task.Delay(TimeSpan.FromMinutes(5), process.Time);
            for (int number = 0; number < Collectors; number++)
            {
                OrchestrationMetadata? collector = await client.GetInstanceAsync($"collector-{number}", true);
                said.AddRange(collector?.ReadOutputAs<string[]>() ?? ["not at its end"]);
            }
        });
        while (!all.IsCompleted && !running.IsCompleted && machine.Step())
        {
        }

        return running.IsFaulted ? [running.Exception.InnerException!.Message] : said;
    }

    private static LocalTaskHub HubOver(InMemoryHubConnection storage, SimulatedProcess process)
    {
        var registry = new DurableTaskRegistry();
        registry.AddOrchestratorFunc<int, int>("Sender", async (context, number) =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                for (int collector = 0; collector < Collectors; collector++)
                {
                    context.SendEvent($"collector-{collector}", "say", $"{number}:{round:D3}");
                }

                await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }

            return number;
        });
        registry.AddOrchestratorFunc<object?, string[]>("Collector", async (context, _) =>
        {
            var heard = new List<string>();
            while (heard.Count < Senders * Rounds)
            {
                heard.Add(await context.WaitForExternalEvent<string>("say"));
                context.SetCustomStatus(heard.Count);
            }

            return [.. heard.Order(StringComparer.Ordinal)];
        });
        int ids = 0;
        return new LocalTaskHub(
            storage,
            Options.Create(new TaskHubOptions
            {
                PartitionCount = Partitions,
                CheckpointBytes = 1,
                LiveIdleTimeout = TimeSpan.FromSeconds(1),
                ResidentIdleTimeout = TimeSpan.FromSeconds(2),
            }),
            new LocalTasks(registry, new ServiceCollection().BuildServiceProvider()),
            JsonDataConverter.Default,
            process.Time,
            NullLoggerFactory.Instance,
            meters: null,
            process,
            () => $"{process.Name}.{ids++}");
    }

    /// <summary>Which blobs a hub has, one partition after the other, and how long each is.</summary>
    private sealed class Listing
    {
        private readonly Dictionary<int, IReadOnlyList<LogSegment>> _segments = [];
        private readonly Dictionary<int, IReadOnlyList<CheckpointFile>> _files = [];

        public async Task LookAsync(InMemoryHubStorage storage, SeededRandom random, TimeProvider time)
        {
            int first = random.Below(Partitions);
            foreach (int number in Enumerable.Range(first, Partitions).Select(one => one % Partitions))
            {
                IPartitionStorage partition = storage.Connect().OpenPartition(number);
                _segments[number] = await partition.ListSegmentsAsync(CancellationToken.None);
                _files[number] = await partition.ListCheckpointFilesAsync(CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Below(200)), time);
            }
        }

        public async Task<InMemoryHubStorage> CopyAsync(InMemoryHubStorage storage)
        {
            var copy = new InMemoryHubStorage(TimeProvider.System);
            InMemoryHubConnection into = copy.Connect();
            await into.EnsureHubAsync(Partitions, CancellationToken.None);
            for (int number = 0; number < Partitions; number++)
            {
                IPartitionStorage from = storage.Connect().OpenPartition(number);
                IPartitionStorage to = into.OpenPartition(number);
                var owner = new HubOwner("copy", "here", 1, "1", null);
                await to.TryAcquireLeaseAsync(owner, CancellationToken.None);
                foreach (LogSegment segment in _segments[number])
                {
                    await to.CreateSegmentAsync(segment.Number, CancellationToken.None);
                    ReadOnlyMemory<byte> all = await from.ReadAsync(
                        segment.Number, 0, (int)segment.Length, CancellationToken.None);
                    if (!all.IsEmpty)
                    {
                        await to.AppendAsync(segment.Number, 0, all, CancellationToken.None);
                    }
                }

                foreach (CheckpointFile file in _files[number])
                {
                    byte[] all = await from.ReadCheckpointFileAsync(file.Number, 0, (int)file.Length, CancellationToken.None);
                    await to.TryWriteCheckpointFileAsync(file.Number, all, CancellationToken.None);
                }

                await to.ReleaseLeaseAsync(CancellationToken.None);
            }

            return copy;
        }
    }
}
