using System.Diagnostics;
using System.Globalization;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What the mesh's numbers cost where there are many threads: a store that is filled without the HTTP API, then read by the real
/// host, which is asked over HTTP.
/// </summary>
internal static class StatsBenchmark
{
    private const int Agents = 53;
    private const int Days = 30;
    private const int Asks = 200;
    private const int WritersAtOnce = 512;

    private static readonly PriceTable Prices = new(
        [new ModelPrice { Model = "m", From = DateTimeOffset.UnixEpoch, InputPerMillion = 3, OutputPerMillion = 15 }]);

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int threads = arguments.Number("threads", 100_000);
        Console.WriteLine($"stats: host in a process of its own, Azurite and client on the same machine, {BenchmarkMachine.Describe()}");
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        Progress.Say($"writing {threads:N0} threads");
        int records = await FillAsync(storage.ConnectionString, threads, cancellation);
        Progress.Say("reading them again");
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        double read = await ReadAsync(storage.ConnectionString, threads, cancellation);
        double each = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / records;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{threads:N0} threads of {Agents} agents over {Days} days, {records:N0} records, read anew in {read:N2} s ({each:N1} us CPU a record)"));

        Progress.Say("starting the host");
        await using MeshHost mesh = await MeshHost.StartAsync(storage.ConnectionString, cancellation);
        Console.WriteLine("GET                                            p50 ms   p99 ms   CPU ms each, HTTP included");
        double slowest = await AskAsync(mesh, "/api/stats", cancellation);
        string day = DateTime.UtcNow.AddDays(-Days / 2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
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
        int records = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = WritersAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, threads, options, async (n, token) =>
        {
            foreach (ThreadRecord record in Dialogue(n, age: TimeSpan.FromDays(Days * (1 - (double)n / threads))))
            {
                await log.AppendAsync(record, token);
                Interlocked.Increment(ref records);
            }
        });
        return records;
    }

    private static async Task<double> ReadAsync(string connectionString, int threads, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        await using BlobThreadLog log = await OpenAsync(connectionString, cancellation);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        int found = log.Ledger.Stats(AgentRegistry.Empty).Threads;
        return found == threads ? seconds : throw new InvalidOperationException($"The ledger counts {found} threads of {threads}.");
    }

    private static async Task<BlobThreadLog> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var settings = new MeshOptions { Store = { SharedByHosts = false, Patience = TimeSpan.FromMinutes(5) } };
        var blobs = new AzureBlobs(connectionString, settings.StoreContainer, settings.Store.Patience);
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

    /// <summary>The records of one thread: one of ten stays open, the others end as PASS.</summary>
    private static IEnumerable<ThreadRecord> Dialogue(int n, TimeSpan age)
    {
        (string builder, string verifier) = ($"agent-{n % Agents}", $"agent-{(n + 1) % Agents}");
        DateTimeOffset at = DateTimeOffset.UtcNow - age;
        var request = new StartThreadRequest
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = "101959",
            Initiator = builder,
            Responder = verifier,
            Brief = new Brief { Subject = "CSV reader handles quoted newlines", Acceptance = [new("AC-1", "quoted newline kept")] },
        };
        var start = ThreadStart.Create(Guid.NewGuid().ToString("D"), request, LimitPolicy.Standard, ThreadStart.HashOf(request), at);
        var step = new ThreadStep(ThreadState.Starting(start));
        step.Take(new GateEvaluated(new GateReport(GateOutcome.Approved, [])), at);
        yield return Release();
        Send(builder, MessageKind.Submission, null);
        yield return Release();
        if (n % 10 > 0)
        {
            Send(verifier, MessageKind.Verdict, Verdict.Pass);
            yield return Release();
        }

        void Send(string from, MessageKind kind, Verdict? verdict)
        {
            var message = new SendMessageRequest
            {
                MessageId = $"{kind}-1",
                From = from,
                Kind = kind,
                Body = JsonText.OfString("A quoted field may hold a newline."),
                Verdict = verdict,
                Checks = verdict is null ? [] : [new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "seen" }],
                Usage = new Usage { Model = "m", InputTokens = 1000 + n % 1000, OutputTokens = 200 },
            };
            var arrived = new MessageArrived(IncomingMessage.Of(message, Prices, at));
            step.Take(new InboxEnvelope($"{kind}-{n}", arrived), at);
        }

        ThreadRecord Release()
        {
            ThreadRecord record = step.ToRecord();
            step.Recorded();
            return record;
        }
    }
}
