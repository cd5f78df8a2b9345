using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What the read model costs where there are many threads: how fast it is built from the store, what a host with it takes at its
/// start and in memory, and how long a search takes.
/// </summary>
internal static partial class SearchBenchmark
{
    private const int Agents = 53;
    private const int Asks = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // Lists; and a word that one thread has, one that all have, one that all have and a filter, and one that nobody has.
    private static readonly (string Name, string Query)[] Searches =
    [
        ("a number of one thread", "q=case+{0}"),
        ("two words of all", "q=quoted+newlines"),
        ("a word of all, one agent's", "q=newline&agent=agent-7"),
        ("a word of all, the open ones", "q=newline&state=open"),
        ("the beginning of a word", "q=newl*"),
        ("a word of none", "q=elephant"),
        ("list: one agent's", "agent=agent-7"),
        ("list: one agent's open ones", "agent=agent-7&state=open"),
        ("list: the blocked ones", "endState=blocked"),
        ("list: all", ""),
    ];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        Console.WriteLine(
            $"search: host in a process of its own, Azurite and client on the same machine, {BenchmarkMachine.Describe()}");
        foreach (int threads in arguments.Numbers("threads", 10_000, 100_000))
        {
            await MeasureAsync(threads, cancellation);
        }
    }

    private static async Task MeasureAsync(int threads, CancellationToken cancellation)
    {
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        Progress.Say($"writing {threads:N0} threads");
        await using (BlobThreadLog log = await StatsBenchmark.OpenAsync(storage.ConnectionString, cancellation))
        {
            string[] agents = [.. Enumerable.Range(0, Agents).Select(n => $"agent-{n}")];
            await RecordedDialogues.WriteAsync(log, threads, agents, isOpen: n => n % 1000 == 0, cancellation);
        }

        Progress.Say("building the read model");
        long begun = Stopwatch.GetTimestamp();
        await using MeshHost host = await MeshHost.StartAsync(storage.ConnectionString, cancellation);
        var talk = new Conversation(host, await host.StartThreadAsync(cancellation));
        double first = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        (double records, double rate) = await UntilItHasReadAsync(host, starts: 1, cancellation);
        double size = FilesOf(host.ReadModelFolder);
        await host.KillAsync();
        begun = Stopwatch.GetTimestamp();
        await host.StartAsync(cancellation);
        await talk.SendAsync(cancellation);
        double again = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await UntilItHasReadAsync(host, starts: 2, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            {threads:N0} threads, {records:N0} records: read model built at {rate:N0} records/s; its file has {size:N0} MiB
            start to the first accepted message {first:N2} s without the file, {again:N2} s after SIGKILL; resident {host.ResidentBytes / 1048576.0:N0} MiB
                                              p50 ms   p99 ms
            """));
        Target.AtLeast("records/s, building the read model", rate, 100_000);
        foreach ((string name, string query) in Searches)
        {
            await AskAsync(host, name, query, threads, cancellation);
        }
    }

    private static async Task AskAsync(
        MeshHost host, string name, string query, int threads, CancellationToken cancellation)
    {
        Progress.Say(name);
        var latencies = new Latencies();
        for (int n = -20; n < Asks; n++)
        {
            int one = (int)((uint)(n * 7919) % (uint)threads);
            string path = $"/api/threads?limit=20&{string.Format(CultureInfo.InvariantCulture, query, one)}";
            long started = Stopwatch.GetTimestamp();
            await host.GetAsync(path, cancellation);
            if (n >= 0)
            {
                latencies.Add(started);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-30} {latencies.Percentile(0.5),9:N2} {latencies.Percentile(0.99),8:N2}"));
        Target.AtMost($"ms, p99 of {name}", latencies.Percentile(0.99), 20);
    }

    /// <summary>Waits until the host says that the read model has caught up since its last start.</summary>
    private static async Task<(double Records, double Rate)> UntilItHasReadAsync(
        MeshHost host, int starts, CancellationToken cancellation)
    {
        while (true)
        {
            MatchCollection said = CaughtUp().Matches(host.Output);
            if (said.Count >= starts)
            {
                return (Number(said[^1].Groups[1]), Number(said[^1].Groups[2]));
            }

            await Task.Delay(Poll, cancellation);
        }

        static double Number(Group digits) => double.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);
    }

    private static double FilesOf(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) / 1048576.0;

    [GeneratedRegex(@"The search has read (\d+) records of the store in [\d.]+ s, (\d+) a second")]
    private static partial Regex CaughtUp();
}
