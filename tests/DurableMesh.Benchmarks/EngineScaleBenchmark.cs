using System.Diagnostics;
using System.Globalization;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What many open, idle instances cost the engine: memory, the restart after SIGKILL, and the turns of the others.
/// </summary>
internal static class EngineScaleBenchmark
{
    private const int Few = ScaleComparison.Few;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        TimeSpan idle = TimeSpan.FromSeconds(arguments.Number("idle", 20));
        Console.WriteLine(
            "scale-engine: Azurite on the same machine, 1 partition, hubs in processes of their own, "
            + BenchmarkMachine.Describe());
        Console.WriteLine(
            $"open: a timer of a day, 1 KB of input, 2 turns taken; each: (memory at N - memory at {Few}) / (N - {Few}); "
            + $"idle: {idle.TotalSeconds:N0} s later");
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

        var comparison = new ScaleComparison("turns", "event", small.TakeTurnsAsync, large.TakeTurnsAsync);
        await comparison.RunAsync(many, RestartAsync, () => PrintMemoryAsync("restarted, idle", idle), cancellation);

        async Task<(double Ready, double Accepted)> RestartAsync()
        {
            await small.KillAsync();
            await small.StartAsync(cancellation);
            return await ScaleComparison.RestartAsync(large.KillAsync, large.StartAsync, large.RaiseEventAsync, cancellation);
        }

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
}
