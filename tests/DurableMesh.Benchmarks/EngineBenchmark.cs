using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>Turns of durable dialogues, driven in process: the engine and its storage without HTTP.</summary>
internal static class EngineBenchmark
{
    private static readonly (int Instances, int Turns)[] Shapes = [(1, 1000), (100, 20), (1000, 5)];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int partitions = arguments.Number("partitions", 1);
        TimeSpan pause = TimeSpan.FromMilliseconds(arguments.Number("pause", 0));
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(arguments.Has("memory"), cancellation);
        Console.WriteLine($"engine: {storage.Name}, {partitions} partition(s), {BenchmarkMachine.Describe()}");
        Console.WriteLine("""
            a turn is acknowledged when its event is durable and its activity has run (as a send is answered), and durable when
            its activity's completion is durable too; CPU is of this process, which drives the turns, and of the storage's;
            median of the runs by turns/s
            """);
        if (pause > TimeSpan.Zero)
        {
            Console.WriteLine($"each dialogue pauses for {pause.TotalMilliseconds} ms between its turns, as a peer that thinks");
        }

        Console.WriteLine();
        Console.WriteLine("                                                                       CPU s per 1,000 turns");
        Console.WriteLine("instances x turns   turns/s   p50 ms   p99 ms   bytes/turn   appends/turn   engine  storage  ending");

        await WarmUpAsync(storage, cancellation);
        var medians = new Dictionary<(int Instances, bool Durable), EngineRun>();
        int[] only = arguments.Numbers("instances", 1, 100, 1000);
        foreach ((int Instances, int Turns) shape in Shapes.Where(shape => only.Contains(shape.Instances)))
        {
            foreach (bool durable in (bool[])[false, true])
            {
                EngineRun median = await MedianAsync(
                    storage, shape, durable, arguments.Number("runs", 3), cancellation, partitions, pause);
                medians.Add((shape.Instances, durable), median);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{shape.Instances,9} x {shape.Turns,-7} {median.TurnsPerSecond,7:N0} {median.P50,8:N2} {median.P99,8:N2} "
                    + $"{median.BytesPerTurn,12:N0} {median.AppendsPerTurn,14:N3} {median.EngineCpu,8:N3} "
                    + $"{median.StorageCpu,8:N3}  {(durable ? "durable" : "acknowledged")}"));
            }
        }

        Console.WriteLine();
        if (medians.TryGetValue((1, false), out EngineRun? lone))
        {
            Target.AtMost("p50 of a lone turn, acknowledged, ms", lone.P50, 4);
            Target.AtMost("appends per lone turn, acknowledged", lone.AppendsPerTurn, 1.2);
            lone = medians[(1, true)];
            Target.AtMost("p99 of a lone turn, durable, ms", lone.P99, 6);
            Target.AtMost("CPU of 1,000 lone turns, durable, s", lone.EngineCpu + lone.StorageCpu, 2.5);
        }

        foreach ((int instances, double least) in ((int, double)[])[(100, 5_000), (1000, 15_000)])
        {
            if (pause == TimeSpan.Zero && medians.TryGetValue((instances, false), out EngineRun? many))
            {
                Target.AtLeast($"turns/s of {instances} dialogues, acknowledged", many.TurnsPerSecond, least);
            }
        }
    }

    /// <summary>Lets code be compiled and connections be opened.</summary>
    public static Task WarmUpAsync(BenchmarkStorage storage, CancellationToken cancellation) =>
        MeasureAsync(storage, partitions: 1, (50, 50), durable: false, TimeSpan.Zero, cancellation);

    /// <summary>Measures some runs, each on a hub of its own, and answers the median by turns a second.</summary>
    public static async Task<EngineRun> MedianAsync(
        BenchmarkStorage storage,
        (int Instances, int Turns) shape,
        bool durable,
        int runs,
        CancellationToken cancellation,
        int partitions = 1,
        TimeSpan pause = default)
    {
        var measured = new List<EngineRun>();
        for (int i = 0; i < runs; i++)
        {
            measured.Add(await MeasureAsync(storage, partitions, shape, durable, pause, cancellation));
        }

        return measured.OrderBy(run => run.TurnsPerSecond).ElementAt(runs / 2);
    }

    private static async Task<EngineRun> MeasureAsync(
        BenchmarkStorage storage,
        int partitions,
        (int Instances, int Turns) shape,
        bool durable,
        TimeSpan pause,
        CancellationToken cancellation)
    {
        await using DialogueHub hub = await DialogueHub.StartAsync(storage.NewHub(), partitions, cancellation);
        string[] ids = [.. Enumerable.Range(0, shape.Instances).Select(number => $"dialogue-{number}")];
        await Task.WhenAll(ids.Select(id => hub.BeginAsync(id, shape.Turns, cancellation)));

        var latencies = new Latencies();
        (long appends, long bytes) before = hub.Written;
        (TimeSpan engine, TimeSpan storage) cpu = (Environment.CpuUsage.TotalTime, storage.Cpu);
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(ids.Select(id => DriveAsync(hub, id, shape.Turns, durable, pause, latencies, cancellation)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // The last completions, which no turn waits for, are part of what the turns cost.
        await Task.WhenAll(ids.Select(id => hub.WhenDurableAsync(id, shape.Turns, cancellation)));
        (long appends, long bytes) after = hub.Written;
        double total = latencies.Count;
        return new EngineRun(
            total / seconds,
            latencies.Percentile(0.50),
            latencies.Percentile(0.99),
            (after.bytes - before.bytes) / total,
            (after.appends - before.appends) / total,
            (Environment.CpuUsage.TotalTime - cpu.engine).TotalMilliseconds / total,
            (storage.Cpu - cpu.storage).TotalMilliseconds / total);
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
}

/// <summary>What turns took and cost: milliseconds, bytes, and seconds of processor time for 1,000 turns.</summary>
internal sealed record EngineRun(
    double TurnsPerSecond,
    double P50,
    double P99,
    double BytesPerTurn,
    double AppendsPerTurn,
    double EngineCpu,
    double StorageCpu);
