using System.Diagnostics;
using System.Globalization;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// Whole mesh turns over HTTP: the host in a process of its own, and dialogues that take turns in asking and answering, each
/// send waiting for its receipt.
/// </summary>
internal static class HttpBenchmark
{
    private const int MaximumTurns = 1_000_000;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        TimeSpan duration = TimeSpan.FromSeconds(arguments.Number("seconds", 10));
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        // A conversation here is longer than any that a person would allow.
        using var policy = new TemporaryPolicy($$"""{ "limits": { "maxima": { "maxTurns": {{MaximumTurns}} } } }""");
        long started = Stopwatch.GetTimestamp();
        var settings = new Dictionary<string, string> { ["Mesh__PolicyFile"] = policy.Path };
        await using MeshHost host = await MeshHost.StartAsync(storage.ConnectionString, cancellation, settings);
        await host.StartThreadAsync(cancellation);
        TimeSpan startUp = Stopwatch.GetElapsedTime(started);
        Console.WriteLine($"http: one host, {storage.Name}, client on the same machine, {BenchmarkMachine.Describe()}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"start-up of the host to the first accepted thread: {startUp.TotalSeconds:N2} s (Azurite was running)"));
        Console.WriteLine();
        Console.WriteLine("threads   accepted/s   p50 ms   p99 ms   host CPU us/message");
        await MeasureAsync(host, 64, TimeSpan.FromSeconds(10), cancellation);
        foreach (int threads in arguments.Numbers("threads", 1, 32, 256))
        {
            TimeSpan cpu = host.Cpu;
            Stopwatch clock = Stopwatch.StartNew();
            Latencies sends = await MeasureAsync(host, threads, duration, cancellation);
            double perSecond = sends.Count / clock.Elapsed.TotalSeconds;
            double cpuPerMessage = (host.Cpu - cpu).TotalMicroseconds / sends.Count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{threads,7} {perSecond,12:N0} {sends.Percentile(0.5),8:N2} {sends.Percentile(0.99),8:N2} "
                + $"{cpuPerMessage,21:N0}"));
        }
    }

    private static async Task<Latencies> MeasureAsync(
        MeshHost host, int threads, TimeSpan duration, CancellationToken cancellation)
    {
        string[] ids = await Task.WhenAll(
            Enumerable.Range(0, threads).Select(_ => host.StartThreadAsync(cancellation, MaximumTurns)));
        var sends = new Latencies();
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(ids.Select(id => ConverseAsync(host, id, end, sends, cancellation)));
        return sends;
    }

    private static async Task ConverseAsync(
        MeshHost host, string threadId, long end, Latencies sends, CancellationToken cancellation)
    {
        var conversation = new Conversation(host, threadId);
        while (Stopwatch.GetTimestamp() < end)
        {
            long started = Stopwatch.GetTimestamp();
            await conversation.SendAsync(cancellation);
            sends.Add(started);
        }
    }
}
