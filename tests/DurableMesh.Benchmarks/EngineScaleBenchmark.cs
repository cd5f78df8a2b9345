using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What many open, idle instances cost the engine: memory, the restart after SIGKILL, and the turns of the others. Each figure is
/// held against a hub with few instances that lives beside it, so that a busy machine slows down both.
/// </summary>
internal static class EngineScaleBenchmark
{
    private const int Few = 100;
    private const int Rounds = 4;
    private const int TurnsPerRound = 100;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        TimeSpan idle = TimeSpan.FromSeconds(arguments.Number("idle", 20));
        Console.WriteLine($"scale-engine: Azurite on the same machine, 1 partition, hubs in processes of their own, {BenchmarkMachine.Describe()}");
        Console.WriteLine($"open: a timer of a day, 1 KB of input, 2 turns taken; each: (memory at N - memory at {Few}) / (N - {Few}); idle: {idle.TotalSeconds:N0} s later");
        Console.WriteLine();
        foreach (int many in arguments.Numbers("open", 10_000))
        {
            await MeasureAsync(many, idle, cancellation);
        }
    }

    private static async Task MeasureAsync(int many, TimeSpan idle, CancellationToken cancellation)
    {
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        await using HubProcess small = await HubProcess.StartAsync(storage, cancellation);
        await using HubProcess large = await HubProcess.StartAsync(storage, cancellation);
        long began = Stopwatch.GetTimestamp();
        Progress.Say($"opening {many:N0} instances");
        await small.OpenAsync(Few, cancellation);
        await large.OpenAsync(many, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{many:N0} open (opened in {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s)"));

        Console.WriteLine("                    heap KiB each   resident KiB each");
        await PrintMemoryAsync("just opened", TimeSpan.Zero);
        await PrintMemoryAsync("idle", idle);

        Progress.Say("turns");
        (Latencies few, Latencies random) = await CompareAsync(small, large, among: many, cancellation);
        (Latencies fewWarm, Latencies warm) = await CompareAsync(small, large, among: Few, cancellation);

        Progress.Say("SIGKILL and cold restart");
        await small.KillAsync();
        await small.StartAsync(cancellation);
        await large.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        await large.StartAsync(cancellation);
        double ready = Stopwatch.GetElapsedTime(killed).TotalSeconds;
        await large.RaiseEventAsync(cancellation);
        double accepted = Stopwatch.GetElapsedTime(killed).TotalSeconds;
        double each = await PrintMemoryAsync("restarted, idle", idle);
        (Latencies fewCold, Latencies cold) = await CompareAsync(small, large, among: many, cancellation);

        Console.WriteLine("lone turns           100 open: p50 ms   p99 ms   N open: p50 ms   p99 ms");
        PrintTurns("at random", few, random);
        PrintTurns("on 100 warm ones", fewWarm, warm);
        PrintTurns("at random, restarted", fewCold, cold);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"cold restart after SIGKILL: ready after {ready:N2} s, first event accepted after {accepted:N2} s (the process's start included)"));
        Console.WriteLine();
        Target.AtMost("resident KiB each, idle after a restart", each, 4);
        Target.AtMost("s to the first accepted event", accepted, many <= 10_000 ? 3 : 20);
        // Steady: the dialogues that are under way. At random nearly every one is woken from a checkpoint first, which costs a read.
        Target.AtMost("p50 of lone turns on warm ones, N open / 100 open", warm.Percentile(0.5) / fewWarm.Percentile(0.5), 1.3);
        Console.WriteLine();

        async Task<double> PrintMemoryAsync(string when, TimeSpan after)
        {
            Progress.Say($"memory, {when}");
            MemoryUse[] used = await Task.WhenAll(
                small.MeasureMemoryAsync(after, cancellation), large.MeasureMemoryAsync(after, cancellation));
            double resident = used[1].ResidentEach(used[0], many - Few);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{when,-19} {used[1].HeapEach(used[0], many - Few),13:N2} {resident,19:N2}"));
            return resident;
        }
    }

    private static async Task<(Latencies Small, Latencies Large)> CompareAsync(
        HubProcess small, HubProcess large, int among, CancellationToken cancellation)
    {
        (Latencies few, Latencies many) = (new Latencies(), new Latencies());
        for (int round = 0; round < Rounds; round++)
        {
            few.Add(await small.TakeTurnsAsync(TurnsPerRound, Few, cancellation));
            many.Add(await large.TakeTurnsAsync(TurnsPerRound, among, cancellation));
        }

        return (few, many);
    }

    private static void PrintTurns(string what, Latencies few, Latencies many) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-20} {few.Percentile(0.5),16:N2} {few.Percentile(0.99),8:N2} {many.Percentile(0.5),16:N2} {many.Percentile(0.99),8:N2}"));
}
