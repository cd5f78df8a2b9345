using System.Diagnostics;
using System.Globalization;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What many open, idle threads cost the real host: memory, the restart after SIGKILL, and the sends of the others. Each figure is
/// held against a host with few threads that lives beside it, so that a busy machine slows down both.
/// </summary>
internal static class MeshScaleBenchmark
{
    private const int Few = 100;
    private const int StartsAtOnce = 64;
    private const int Rounds = 4;
    private const int SendsPerRound = 100;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        TimeSpan idle = TimeSpan.FromSeconds(arguments.Number("idle", 30));
        Console.WriteLine($"scale-mesh: hosts in processes of their own, Azurite and client on the same machine, {BenchmarkMachine.Describe()}");
        Console.WriteLine($"open: started, and one question sent; each: (resident at N - resident at {Few}) / (N - {Few}); idle: {idle.TotalSeconds:N0} s later");
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

        Progress.Say("sends");
        (Latencies few, Latencies random) = await CompareAsync(small, large, among: many, cancellation);
        (Latencies fewWarm, Latencies warm) = await CompareAsync(small, large, among: Few, cancellation);

        Progress.Say("SIGKILL and cold restart");
        await small.RestartAsync(cancellation);
        (double ready, double accepted) = await large.RestartAsync(cancellation);
        double residentEach = await PrintMemoryAsync("restarted, idle", idle);
        (Latencies fewCold, Latencies cold) = await CompareAsync(small, large, among: many, cancellation);

        Console.WriteLine("lone sends           100 open: p50 ms   p99 ms   N open: p50 ms   p99 ms");
        PrintSends("at random", few, random);
        PrintSends("on 100 warm ones", fewWarm, warm);
        PrintSends("at random, restarted", fewCold, cold);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"cold restart after SIGKILL: ready after {ready:N2} s, first message accepted after {accepted:N2} s (the process's start included)"));
        Console.WriteLine();
        Target.AtMost("resident KiB each, idle after a restart", residentEach, 4);
        Target.AtMost("s to the first accepted message", accepted, many <= 10_000 ? 3 : 20);
        // Steady: the dialogues that are under way. At random nearly every one is woken from a checkpoint first, which costs a read.
        Target.AtMost("p50 of lone sends on warm ones, N open / 100 open", warm.Percentile(0.5) / fewWarm.Percentile(0.5), 1.3);
        Console.WriteLine();

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

    private static async Task<(Latencies Small, Latencies Large)> CompareAsync(
        ThreadHost small, ThreadHost large, int among, CancellationToken cancellation)
    {
        (Latencies few, Latencies many) = (new Latencies(), new Latencies());
        for (int round = 0; round < Rounds; round++)
        {
            await small.SendAsync(SendsPerRound, Few, few, cancellation);
            await large.SendAsync(SendsPerRound, among, many, cancellation);
        }

        return (few, many);
    }

    private static void PrintSends(string what, Latencies few, Latencies many) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-20} {few.Percentile(0.5),16:N2} {few.Percentile(0.99),8:N2} {many.Percentile(0.5),16:N2} {many.Percentile(0.99),8:N2}"));

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
        public async Task SendAsync(int messages, int among, Latencies latencies, CancellationToken cancellation)
        {
            for (int n = 0; n < messages; n++)
            {
                Conversation conversation = _open[Random.Shared.Next(among)];
                long started = Stopwatch.GetTimestamp();
                await conversation.SendAsync(cancellation);
                latencies.Add(started);
            }
        }

        /// <summary>SIGKILL and start; seconds to ready, and to the first accepted message.</summary>
        public async Task<(double Ready, double Accepted)> RestartAsync(CancellationToken cancellation)
        {
            await mesh.KillAsync();
            long killed = Stopwatch.GetTimestamp();
            await mesh.StartAsync(cancellation);
            double ready = Stopwatch.GetElapsedTime(killed).TotalSeconds;
            await _open[0].SendAsync(cancellation);
            return (ready, Stopwatch.GetElapsedTime(killed).TotalSeconds);
        }

        public async ValueTask DisposeAsync()
        {
            await mesh.DisposeAsync();
            await storage.DisposeAsync();
        }
    }
}
