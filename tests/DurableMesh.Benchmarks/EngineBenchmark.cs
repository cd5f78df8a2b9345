using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>Turns of durable dialogues, driven in process: the engine and its storage without HTTP.</summary>
internal static class EngineBenchmark
{
    private static readonly (int Instances, int Turns)[] Shapes = [(1, 100), (100, 20), (1000, 5)];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int partitions = arguments.Number("partitions", 1);
        bool durable = arguments.Has("durable");
        TimeSpan pause = TimeSpan.FromMilliseconds(arguments.Number("pause", 0));
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(arguments.Has("memory"), cancellation);
        Console.WriteLine($"engine: {storage.Name}, {partitions} partition(s), {BenchmarkMachine.Describe()}");
        Console.WriteLine(durable
            ? "a turn ends when its activity's completion is durable; median of the runs by turns/s"
            : "a turn ends when its event is durable and its activity has run (as a send is answered); "
                + "median of the runs by turns/s");
        if (pause > TimeSpan.Zero)
        {
            Console.WriteLine($"each dialogue pauses for {pause.TotalMilliseconds} ms between its turns, as a peer that thinks");
        }

        Console.WriteLine("instances x turns   turns/s   p50 ms   p99 ms   bytes/turn   appends/turn   CPU us/turn");

        // Compiled code and open connections are not what is measured.
        await MeasureAsync(storage, partitions, instances: 50, turns: 50, durable, pause, cancellation);
        var medians = new List<Run>();
        foreach ((int instances, int turns) in Shapes)
        {
            var runs = new List<Run>();
            for (int i = 0; i < arguments.Number("runs", 3); i++)
            {
                runs.Add(await MeasureAsync(storage, partitions, instances, turns, durable, pause, cancellation));
            }

            Run median = runs.OrderBy(run => run.TurnsPerSecond).ElementAt(runs.Count / 2);
            medians.Add(median);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{instances,9} x {turns,-7} {median.TurnsPerSecond,7:N0} {median.P50,8:N2} {median.P99,8:N2} "
                + $"{median.BytesPerTurn,12:N0} {median.AppendsPerTurn,14:N3} {median.CpuPerTurn,13:N0}"));
        }

        (Run lone, Run hundred, Run thousand) = (medians[0], medians[1], medians[2]);
        Console.WriteLine();
        Target.AtMost("p50 of a lone turn, ms", lone.P50, 4);
        Target.AtMost("appends per turn at 1 x 100", lone.AppendsPerTurn, 1.2);
        if (pause == TimeSpan.Zero)
        {
            Target.AtLeast("turns/s at 100 x 20", hundred.TurnsPerSecond, 5_000);
            Target.AtLeast("turns/s at 1000 x 5", thousand.TurnsPerSecond, 15_000);
        }
    }

    private static async Task<Run> MeasureAsync(
        BenchmarkStorage storage,
        int partitions,
        int instances,
        int turns,
        bool durable,
        TimeSpan pause,
        CancellationToken cancellation)
    {
        await using DialogueHub hub = await DialogueHub.StartAsync(storage.NewHub(), partitions, cancellation);
        string[] ids = [.. Enumerable.Range(0, instances).Select(number => $"dialogue-{number}")];
        await Task.WhenAll(ids.Select(id => hub.BeginAsync(id, turns, cancellation)));

        var latencies = new Latencies();
        (long appends, long bytes) before = hub.Written;
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(ids.Select(id => DriveAsync(hub, id, turns, durable, pause, latencies, cancellation)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;

        // The last completions, which no turn waits for, are part of what the turns cost.
        await Task.WhenAll(ids.Select(id => hub.WhenDurableAsync(id, turns, cancellation)));
        (long appends, long bytes) after = hub.Written;
        double total = latencies.Count;
        return new Run(
            total / seconds,
            latencies.Percentile(0.50),
            latencies.Percentile(0.99),
            (after.bytes - before.bytes) / total,
            (after.appends - before.appends) / total,
            cpu.TotalMicroseconds / total);
    }

    private static async Task DriveAsync(
        DialogueHub hub, string id, int turns, bool durable, TimeSpan pause, Latencies latencies, CancellationToken cancellation)
    {
        for (int turn = 1; turn <= turns; turn++)
        {
            long started = Stopwatch.GetTimestamp();
            await hub.TakeTurnAsync(id, cancellation);
            if (durable)
            {
                await hub.WhenDurableAsync(id, turn, cancellation);
            }

            latencies.Add(started);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellation);
            }
        }
    }

    private sealed record Run(
        double TurnsPerSecond, double P50, double P99, double BytesPerTurn, double AppendsPerTurn, double CpuPerTurn);
}
