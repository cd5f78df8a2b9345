using System.Diagnostics;
using System.Globalization;
using System.Net;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// How long nobody accepts messages when the host that owns the hub ends: two hosts in processes of their own, from the signal to
/// the owner to the first message that the host standing by accepts.
/// </summary>
internal static class TakeOverBenchmark
{
    private static readonly (string Name, Func<MeshHost, Task> End)[] Ends =
    [
        ("clean stop (SIGTERM)", owner => owner.StopAsync()),
        ("SIGKILL", owner => owner.KillAsync()),
        ("SIGSTOP (the lease runs out)", owner => owner.PauseAsync(CancellationToken.None)),
    ];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int runs = arguments.Number("runs", 5);
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        Console.WriteLine($"takeover: two hosts, {storage.Name}, {BenchmarkMachine.Describe()}");
        Console.WriteLine(
            "seconds from the signal to the owner to the first message that the other host accepts; CPU seconds of the latter");
        Console.WriteLine();
        Console.WriteLine("the owner's end                 runs   median     least      most       CPU");
        foreach ((string name, Func<MeshHost, Task> end) in Ends)
        {
            var latencies = new Latencies();
            TimeSpan cpu = default;
            for (int run = 0; run < runs; run++)
            {
                cpu += await MeasureAsync(storage.ConnectionString, end, latencies, cancellation);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-30} {runs,5} {Seconds(0.5),8:N2} {Seconds(0),9:N2} {Seconds(1),9:N2} {cpu.TotalSeconds / runs,9:N2}"));

            double Seconds(double share) => latencies.Percentile(share) / 1000;
        }
    }

    private static async Task<TimeSpan> MeasureAsync(
        string storage, Func<MeshHost, Task> end, Latencies latencies, CancellationToken cancellation)
    {
        await using MeshHost owner = await MeshHost.StartAsync(storage, cancellation);
        await using MeshHost standby = await MeshHost.StartStandbyAsync(storage, cancellation);
        string id = await owner.StartThreadAsync(cancellation);
        await owner.TrySendAsync(id, Note(0), cancellation);

        TimeSpan cpu = standby.Cpu;
        long signalled = Stopwatch.GetTimestamp();
        Task ended = end(owner);
        for (int message = 1; await standby.TrySendAsync(id, Note(message), cancellation) != HttpStatusCode.OK; message++)
        {
            await Task.Delay(10, cancellation);
        }

        latencies.Add(signalled);
        cpu = standby.Cpu - cpu;
        await ended;
        return cpu;
    }

    private static object Note(int number) =>
        new { messageId = $"n-{number}", from = MeshHost.Builder, kind = "note", body = "Still here." };
}
