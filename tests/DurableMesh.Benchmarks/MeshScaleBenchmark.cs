using System.Diagnostics;
using System.Globalization;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What many open, idle threads cost the real host: memory, the restart after SIGKILL, and the sends of the others.
/// </summary>
internal static class MeshScaleBenchmark
{
    private const int Few = ScaleComparison.Few;
    private const int StartsAtOnce = 64;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        TimeSpan idle = TimeSpan.FromSeconds(arguments.Number("idle", 30));
        Console.WriteLine(
            "scale-mesh: hosts in processes of their own, Azurite and client on the same machine, "
            + BenchmarkMachine.Describe());
        Console.WriteLine(
            $"open: started, and one question sent; each: (resident at N - resident at {Few}) / (N - {Few}); "
            + $"idle: {idle.TotalSeconds:N0} s later");
        Console.WriteLine();
        foreach (int many in arguments.Numbers("threads", 10_000))
        {
            await MeasureAsync(many, idle, cancellation);
        }
    }

    private static async Task MeasureAsync(int many, TimeSpan idle, CancellationToken cancellation)
    {
        await using ThreadHost small = await ThreadHost.StartAsync(cancellation);
        await using ThreadHost large = await ThreadHost.StartAsync(cancellation);
        long began = Stopwatch.GetTimestamp();
        Progress.Say($"starting {many:N0} threads");
        await small.OpenAsync(Few, StartsAtOnce, cancellation);
        await large.OpenAsync(many, StartsAtOnce, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{many:N0} open (started in {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s)"));

        Console.WriteLine("                    resident MiB at 100   at N   KiB each");
        await PrintMemoryAsync("just started", TimeSpan.Zero);
        await PrintMemoryAsync("idle", idle);

        var comparison = new ScaleComparison("sends", "message", small.SendAsync, large.SendAsync);
        await comparison.RunAsync(many, RestartAsync, () => PrintMemoryAsync("restarted, idle", idle), cancellation);

        async Task<(double Ready, double Accepted)> RestartAsync()
        {
            await small.RestartAsync(cancellation);
            return await large.RestartAsync(cancellation);
        }

        async Task<double> PrintMemoryAsync(string when, TimeSpan after)
        {
            Progress.Say($"memory, {when}");
            await Task.Delay(after, cancellation);
            (double least, double most) = (small.ResidentKiB, large.ResidentKiB);
            double each = (most - least) / (many - Few);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{when,-19} {least / 1024,19:N1} {most / 1024,6:N1} {each,10:N2}"));
            return each;
        }
    }

    /// <summary>A host over an Azurite of its own, and the threads that it holds.</summary>
    private sealed class ThreadHost(BenchmarkStorage storage, MeshHost mesh) : IAsyncDisposable
    {
        private readonly List<Conversation> _open = [];

        public double ResidentKiB => mesh.ResidentBytes / 1024.0;

        public static async Task<ThreadHost> StartAsync(CancellationToken cancellation)
        {
            BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
            return new ThreadHost(storage, await MeshHost.StartAsync(storage.ConnectionString, cancellation));
        }

        /// <summary>Starts threads, and sends one message in each.</summary>
        public async Task OpenAsync(int count, int atOnce, CancellationToken cancellation)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation };
            await Parallel.ForAsync(0, count, options, async (_, token) =>
            {
                var conversation = new Conversation(mesh, await mesh.StartThreadAsync(token, maxTurns: 500));
                await conversation.SendAsync(token);
                lock (_open)
                {
                    _open.Add(conversation);
                    if (_open.Count % 10_000 == 0)
                    {
                        Progress.Say($"{_open.Count:N0} open");
                    }
                }
            });
        }

        /// <summary>Sends messages one after the other, each in a random one of the first threads.</summary>
        public async Task<IReadOnlyList<double>> SendAsync(int messages, int among, CancellationToken cancellation)
        {
            var latencies = new Latencies();
            for (int n = 0; n < messages; n++)
            {
                Conversation conversation = _open[Random.Shared.Next(among)];
                long started = Stopwatch.GetTimestamp();
                await conversation.SendAsync(cancellation);
                latencies.Add(started);
            }

            return latencies.Milliseconds;
        }

        /// <summary>SIGKILL and start; seconds to ready, and to the first accepted message.</summary>
        public Task<(double Ready, double Accepted)> RestartAsync(CancellationToken cancellation) =>
            ScaleComparison.RestartAsync(mesh.KillAsync, mesh.StartAsync, _open[0].SendAsync, cancellation);

        public async ValueTask DisposeAsync()
        {
            await mesh.DisposeAsync();
            await storage.DisposeAsync();
        }
    }
}
