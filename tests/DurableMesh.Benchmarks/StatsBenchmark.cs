using System.Diagnostics;
using System.Globalization;
using DurableMesh.Core.Agents;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using DurableMesh.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What the mesh's numbers cost where there are many threads: a store that is filled without the HTTP API, then read by the real
/// host, which is asked over HTTP.
/// </summary>
internal static class StatsBenchmark
{
    private const int Agents = 53;
    private const int Asks = 200;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int threads = arguments.Number("threads", 100_000);
        Console.WriteLine(
            $"stats: host in a process of its own, Azurite and client on the same machine, {BenchmarkMachine.Describe()}");
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        Progress.Say($"writing {threads:N0} threads");
        int records = await FillAsync(storage.ConnectionString, threads, cancellation);
        Progress.Say("reading them again");
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        double read = await ReadAsync(storage.ConnectionString, threads, cancellation);
        double each = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / records;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{threads:N0} threads of {Agents} agents over {RecordedDialogues.Days} days, {records:N0} records, "
            + $"read anew in {read:N2} s ({each:N1} us CPU a record)"));

        Progress.Say("starting the host");
        await using MeshHost mesh = await MeshHost.StartAsync(storage.ConnectionString, cancellation);
        Console.WriteLine("GET                                            p50 ms   p99 ms   CPU ms each, HTTP included");
        double slowest = await AskAsync(mesh, "/api/stats", cancellation);
        await AskAsync(mesh, "/api/stats/pairs", cancellation);
        string day = DateTime.UtcNow.AddDays(-RecordedDialogues.Days / 2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (string by in (string[])["agent", "company", "day", "thread", $"thread&from={day}&to={day}"])
        {
            await AskAsync(mesh, $"/api/costs?by={by}", cancellation);
        }

        Console.WriteLine();
        Target.AtMost("ms, p99 of GET /api/stats", slowest, 20);
    }

    private static async Task<int> FillAsync(string connectionString, int threads, CancellationToken cancellation)
    {
        await using BlobThreadLog log = await OpenAsync(connectionString, cancellation);
        string[] agents = [.. Enumerable.Range(0, Agents).Select(n => $"agent-{n}")];
        return await RecordedDialogues.WriteAsync(log, threads, agents, isOpen: n => n % 10 == 0, cancellation);
    }

    private static async Task<double> ReadAsync(string connectionString, int threads, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        await using BlobThreadLog log = await OpenAsync(connectionString, cancellation);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        int found = log.Ledger.Stats(AgentRegistry.Empty).Threads;
        return found == threads
            ? seconds
            : throw new InvalidOperationException($"The ledger counts {found} threads of {threads}.");
    }

    /// <summary>Opens the log of a store's threads.</summary>
    internal static async Task<BlobThreadLog> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var settings = new MeshOptions { Store = { SharedByHosts = false, Patience = TimeSpan.FromMinutes(5) } };
        var blobs = new AzureBlobs(new StorageConnection(connectionString), settings.StoreContainer, settings.Store.Patience);
        var log = new BlobThreadLog(blobs, Options.Create(settings), TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        log.Start();
        await log.PingAsync(cancellation);
        return log;
    }

    private static async Task<double> AskAsync(MeshHost mesh, string path, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        for (int n = 0; n < Asks; n++)
        {
            await mesh.GetAsync(path, cancellation);
        }

        TimeSpan cpu = mesh.Cpu;
        for (int n = 0; n < Asks; n++)
        {
            long started = Stopwatch.GetTimestamp();
            await mesh.GetAsync(path, cancellation);
            latencies.Add(started);
        }

        double each = (mesh.Cpu - cpu).TotalMilliseconds / Asks;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path["/api/".Length..],-46} {latencies.Percentile(0.5),6:N2} {latencies.Percentile(0.99),8:N2} {each,8:N2}"));
        return latencies.Percentile(0.99);
    }
}
