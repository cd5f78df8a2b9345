using System.Diagnostics;
using System.Globalization;
using DurableMesh.LocalHost.Engine;
using DurableMesh.LocalHost.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Benchmarks;

/// <summary>Turns of durable dialogues, driven in process: the engine and its storage without HTTP.</summary>
internal static class EngineBenchmark
{
    private static readonly (int Instances, int Turns)[] Shapes = [(1, 100), (100, 20), (1000, 5)];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int partitions = arguments.Number("partitions", 1);
        bool inMemory = arguments.Has("memory");
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory, cancellation);
        Console.WriteLine($"engine: {storage.Name}, {partitions} partition(s), {BenchmarkMachine.Describe()}");
        Console.WriteLine("median of the runs by turns/s");
        Console.WriteLine();
        Console.WriteLine("instances x turns   turns/s   p50 ms   p99 ms   bytes/turn   appends/turn   CPU us/turn");

        // Compiled code and open connections are not what is measured.
        await MeasureAsync(storage, partitions, instances: 50, turns: 50, cancellation);
        foreach ((int instances, int turns) in Shapes)
        {
            var runs = new List<Run>();
            for (int i = 0; i < arguments.Number("runs", 3); i++)
            {
                runs.Add(await MeasureAsync(storage, partitions, instances, turns, cancellation));
            }

            Run median = runs.OrderBy(run => run.TurnsPerSecond).ElementAt(runs.Count / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{instances,9} x {turns,-7} {median.TurnsPerSecond,7:N0} {median.P50,8:N2} {median.P99,8:N2} {median.BytesPerTurn,12:N0} {median.AppendsPerTurn,14:N3} {median.CpuPerTurn,13:N0}"));
        }
    }

    private static async Task<Run> MeasureAsync(
        BenchmarkStorage storage, int partitions, int instances, int turns, CancellationToken cancellation)
    {
        using ServiceProvider provider = new ServiceCollection().BuildServiceProvider();
        using var hub = new TaskHub(
            storage.NewHub(),
            Options.Create(new TaskHubOptions { PartitionCount = partitions, RequestTimeout = TimeSpan.FromMinutes(1) }),
            Dialogue(),
            JsonDataConverter.Default,
            TimeProvider.System,
            provider,
            NullLoggerFactory.Instance);
        await using var client = new LocalDurableTaskClient(hub, TimeProvider.System);
        await hub.StartAsync(cancellation);
        string[] ids = [.. Enumerable.Range(0, instances).Select(number => $"dialogue-{number}")];
        await Task.WhenAll(ids.Select(id => client.ScheduleNewOrchestrationInstanceAsync(
            "Dialogue", turns, new StartOrchestrationOptions(id), cancellation)));

        var latencies = new Latencies();
        (long appends, long bytes) before = Written(hub);
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(ids.Select(id => DriveAsync(client, id, turns, latencies, cancellation)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        (long appends, long bytes) after = Written(hub);
        await hub.StopAsync(cancellation);
        double total = latencies.Count;
        return new Run(
            total / seconds,
            latencies.Percentile(0.50),
            latencies.Percentile(0.99),
            (after.bytes - before.bytes) / total,
            (after.appends - before.appends) / total,
            cpu.TotalMicroseconds / total);
    }

    private static DurableTaskRegistry Dialogue()
    {
        var registry = new DurableTaskRegistry();
        registry.AddOrchestratorFunc<int, int>("Dialogue", async (context, turns) =>
        {
            for (int turn = 1; turn <= turns; turn++)
            {
                string? said = await context.WaitForExternalEvent<string>("turn");
                await context.CallActivityAsync<string>("Answer", said);
                context.SetCustomStatus(turn);
            }

            return turns;
        });
        registry.AddActivityFunc<string, string>("Answer", (_, said) => said);
        return registry;
    }

    /// <summary>A turn ends when the activity's completion, and with it the new status, is committed.</summary>
    private static async Task DriveAsync(
        LocalDurableTaskClient client, string id, int turns, Latencies latencies, CancellationToken cancellation)
    {
        for (int turn = 1; turn <= turns; turn++)
        {
            long started = Stopwatch.GetTimestamp();
            string expected = turn.ToString(CultureInfo.InvariantCulture);
            await client.RaiseEventAsync(id, "turn", "go on", cancellation);
            await client.WaitAsync(id, state => state.CustomStatus == expected, withData: false, cancellation);
            latencies.Add(started);
        }
    }

    private static (long Appends, long Bytes) Written(TaskHub hub) =>
        (hub.Term!.Sum(partition => partition.Written.Appends), hub.Term!.Sum(partition => partition.Written.Bytes));

    private sealed record Run(
        double TurnsPerSecond, double P50, double P99, double BytesPerTurn, double AppendsPerTurn, double CpuPerTurn);
}
