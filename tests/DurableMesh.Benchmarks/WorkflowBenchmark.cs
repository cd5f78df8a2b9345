using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What a workflow adds to its agents' time: from the receipt of the message that ends a step's thread to the brief of the next
/// step's in its agent's inbox, beside the start of a lone thread over HTTP to its brief in the same inbox.
/// </summary>
internal static class WorkflowBenchmark
{
    private const string Asker = "codecraft-builder";
    private const string Advisor = "securion-advisor";

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        (int steps, int runs) = (arguments.Number("steps", 10), arguments.Number("runs", 30));
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        await using MeshHost host = await MeshHost.StartAsync(storage.ConnectionString, cancellation);
        Console.WriteLine($"workflow: one host, {storage.Name}, {runs} runs of {steps} steps, {BenchmarkMachine.Describe()}");
        Console.WriteLine("milliseconds beyond the agents' time; the first run warms up and does not count");
        Console.WriteLine();
        Console.WriteLine("what                                     count      p50      p90      p99");
        var (between, alone) = (new Latencies(), new Latencies());
        string? cursor = null;
        for (int run = 0; run <= runs; run++)
        {
            var (gaps, starts) = run == 0 ? (new Latencies(), new Latencies()) : (between, alone);
            cursor = await RunOnceAsync(host, run, steps, gaps, cursor, cancellation);
            cursor = await StartAloneAsync(host, run, steps, starts, cursor, cancellation);
        }

        Write("end of a step to the brief of the next", between);
        Write("a lone thread: POST to its brief", alone);
        Target.AtMost("p50 from the end of a step to the next brief, ms", between.Percentile(0.5), 20);
    }

    private static void Write(string what, Latencies latencies) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-40} {latencies.Count,5} {latencies.Percentile(0.5),8:N1} {latencies.Percentile(0.9),8:N1} "
        + $"{latencies.Percentile(0.99),8:N1}"));

    private static async Task<string> RunOnceAsync(
        MeshHost host, int run, int steps, Latencies gaps, string? cursor, CancellationToken cancellation)
    {
        string task = await TaskAsync(host, $"workflow-{run}", cancellation);
        var definition = new
        {
            name = "benchmark",
            actor = Asker,
            mcTask = task,
            limits = new { costCapUsd = steps },
            steps = Enumerable.Range(1, steps).Select(step => new
            {
                id = $"s{step}",
                company = "securion",
                title = $"step {step}",
                prompt = "Advise.",
                endState = "ANSWERED",
                handsOn = true,
            }),
        };
        await host.PostAsync("/api/workflows", definition, HttpStatusCode.Created, cancellation);
        long ended = 0;
        for (int step = 1; step <= steps; step++)
        {
            (string thread, string next) = await NextBriefAsync(host, cursor, cancellation);
            cursor = next;
            if (step > 1)
            {
                gaps.Add(ended);
            }

            await ConverseAsync(host, thread, cancellation);
            ended = Stopwatch.GetTimestamp();
        }

        return cursor!;
    }

    private static async Task<string> StartAloneAsync(
        MeshHost host, int run, int threads, Latencies starts, string? cursor, CancellationToken cancellation)
    {
        for (int thread = 1; thread <= threads; thread++)
        {
            string task = await TaskAsync(host, $"alone-{run}-{thread}", cancellation);
            long started = Stopwatch.GetTimestamp();
            Task<JsonNode> start = host.PostAsync(
                "/api/threads",
                new { pattern = "advisory", mcTask = task, initiator = Asker, responder = Advisor, brief = new { subject = "alone" } },
                HttpStatusCode.Created,
                cancellation);
            (string id, cursor) = await NextBriefAsync(host, cursor, cancellation);
            starts.Add(started);
            await start;
            await ConverseAsync(host, id, cancellation);
        }

        return cursor!;
    }

    private static async Task<string> TaskAsync(MeshHost host, string name, CancellationToken cancellation)
    {
        string id = $"{name}-{Guid.NewGuid():N}";
        await host.PostAsync(
            "/api/tasks", new { id, title = "benchmark", owner = "me", state = "in_progress" }, HttpStatusCode.Created, cancellation);
        return id;
    }

    /// <summary>Waits at the asker's inbox for the next brief.</summary>
    private static async Task<(string Thread, string Cursor)> NextBriefAsync(
        MeshHost host, string? cursor, CancellationToken cancellation)
    {
        for (int pages = 0; pages < 3; pages++)
        {
            JsonNode page = await host.GetAsync(
                $"/api/agents/{Asker}/inbox?wait=PT10S{(cursor is null ? "" : $"&after={Uri.EscapeDataString(cursor)}")}", cancellation);
            cursor = page["nextAfter"]!.GetValue<string>();
            if (page["messages"]!.AsArray().LastOrDefault(message => message!["kind"]!.GetValue<string>() == "brief") is { } brief)
            {
                return (brief["threadId"]!.GetValue<string>(), cursor);
            }
        }

        JsonNode newest = (await host.GetAsync("/api/workflows", cancellation))["workflows"]![0]!;
        throw new InvalidOperationException($"No brief came. The newest workflow: {newest["endState"]}, {newest["detail"]}");
    }

    /// <summary>Says all that ends an advisory thread.</summary>
    private static async Task ConverseAsync(MeshHost host, string thread, CancellationToken cancellation)
    {
        await SayAsync(host, thread, Asker, "question", cancellation);
        await SayAsync(host, thread, Advisor, "answer", cancellation);
        await SayAsync(host, thread, Asker, "acknowledgement", cancellation);
    }

    private static Task<JsonNode> SayAsync(
        MeshHost host, string thread, string from, string kind, CancellationToken cancellation) =>
        host.SendAsync(thread, new { messageId = Guid.NewGuid().ToString("N"), from, kind, body = kind }, cancellation);
}
