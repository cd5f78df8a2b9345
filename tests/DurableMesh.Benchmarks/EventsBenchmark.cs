using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Benchmarks;

/// <summary>
/// Events over the real host: how long after a message is accepted its waiting peer hears of it, with many streams, and what many
/// idle streams cost.
/// </summary>
internal static class EventsBenchmark
{
    private const int MaximumTurns = 1_000_000;
    private const string Delivered = "mesh.message.delivered";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int subscribers = arguments.Number("subscribers", 100);
        int rate = arguments.Number("rate", 200);
        TimeSpan duration = TimeSpan.FromSeconds(arguments.Number("seconds", 20));
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        using var policy = new TemporaryPolicy($$"""{ "limits": { "maxima": { "maxTurns": {{MaximumTurns}} } } }""");
        var settings = new Dictionary<string, string> { ["Mesh__PolicyFile"] = policy.Path };
        await using MeshHost host = await MeshHost.StartAsync(storage.ConnectionString, cancellation, settings);
        Console.WriteLine($"events: one host, {storage.Name}, clients on the same machine, {BenchmarkMachine.Describe()}");
        if (arguments.Number("idle", 1000) is > 0 and var idle)
        {
            await MeasureIdleAsync(host, idle, cancellation);
        }

        string[] threads = await Task.WhenAll(
            Enumerable.Range(0, subscribers).Select(_ => host.StartThreadAsync(cancellation, MaximumTurns)));
        Conversation[] conversations = [.. threads.Select(thread => new Conversation(host, thread))];
        using var crowd = new HttpClient { BaseAddress = host.Http.BaseAddress };
        int others = arguments.Number("crowd", 0);
        if (others > 0)
        {
            await GatherAsync(crowd, others, cancellation);
            double resident = host.ResidentBytes / 1048576.0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{others:N0} more streams, one of which is never read: {resident:N0} MB in all"));
        }

        Console.WriteLine();
        Console.WriteLine(
            $"{rate} messages/s, {subscribers} streams in a crowd of {others:N0}, ms                    p50      p99");
        foreach (bool all in (bool[])[false, true])
        {
            await MeasureDeliveryAsync(host, threads, conversations, all, rate, Warming, report: false, cancellation);
            await MeasureDeliveryAsync(host, threads, conversations, all, rate, duration, report: true, cancellation);
        }
    }

    /// <summary>Each stream hears of one thread, or each of all.</summary>
    private static async Task MeasureDeliveryAsync(
        MeshHost host,
        string[] threads,
        Conversation[] conversations,
        bool all,
        int rate,
        TimeSpan duration,
        bool report,
        CancellationToken cancellation)
    {
        var heard = new ConcurrentDictionary<string, TaskCompletionSource<long>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(threads.Select(thread => FollowAsync(
            host, $"type={Delivered}" + (all ? "" : $"&thread={thread}"), data => Note(heard, thread, data), stop.Token)));
        var (afterReceipt, afterSend) = (new Latencies(), new Latencies());
        SemaphoreSlim[] turns = [.. threads.Select(_ => new SemaphoreSlim(1))];
        var sends = new List<Task>();
        long begun = Stopwatch.GetTimestamp();
        for (int n = 0; Stopwatch.GetElapsedTime(begun) < duration; n++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)n / rate) - Stopwatch.GetElapsedTime(begun);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellation);
            }

            sends.Add(SendAsync(n % threads.Length));
        }

        await Task.WhenAll(sends);
        await stop.CancelAsync();
        if (report)
        {
            string what = all ? "each hears of all" : "each hears of its own thread";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                {what}: from the receipt to the event   {afterReceipt.Percentile(0.5),8:N2} {afterReceipt.Percentile(0.99),8:N2}
                {what}: from the send to the event      {afterSend.Percentile(0.5),8:N2} {afterSend.Percentile(0.99),8:N2}
                """));
            if (!all)
            {
                Target.AtMost("p50 from the receipt to the event, ms", afterReceipt.Percentile(0.5), 8);
                Target.AtMost("p99 from the receipt to the event, ms", afterReceipt.Percentile(0.99), 40);
            }
        }

        async Task SendAsync(int at)
        {
            await turns[at].WaitAsync(cancellation);
            try
            {
                string key = $"{threads[at]}/m-{conversations[at].Turns + 1}";
                long sent = Stopwatch.GetTimestamp();
                await conversations[at].SendAsync(cancellation);
                long accepted = Stopwatch.GetTimestamp();
                long told = await heard.GetOrAdd(key, _ => new()).Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
                afterReceipt.Add([Math.Max(0, Stopwatch.GetElapsedTime(accepted, told).TotalMilliseconds)]);
                afterSend.Add([Stopwatch.GetElapsedTime(sent, told).TotalMilliseconds]);
            }
            finally
            {
                turns[at].Release();
            }
        }
    }

    /// <summary>Opens streams that hear of nothing, and one that would hear of all, but whose reader never reads.</summary>
    private static async Task GatherAsync(HttpClient crowd, int streams, CancellationToken cancellation)
    {
        foreach (int[] some in Enumerable.Range(1, streams - 1).Chunk(50))
        {
            await Task.WhenAll(some.Select(_ => OpenAsync(crowd, "type=mesh.agent.back", cancellation)));
        }

        await OpenAsync(crowd, "", cancellation);
    }

    private static void Note(ConcurrentDictionary<string, TaskCompletionSource<long>> heard, string own, string data)
    {
        using JsonDocument happened = JsonDocument.Parse(data);
        string thread = happened.RootElement.GetProperty("threadid").GetString()!;
        if (thread == own)
        {
            string message = happened.RootElement.GetProperty("data").GetProperty("messageId").GetString()!;
            heard.GetOrAdd($"{thread}/{message}", _ => new()).TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    private static async Task MeasureIdleAsync(MeshHost host, int streams, CancellationToken cancellation)
    {
        await Task.Delay(Settling, cancellation);
        (double shareBefore, double before) = (await ShareAsync(host, cancellation), host.ResidentBytes / 1048576.0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (int[] some in Enumerable.Range(0, streams).Chunk(50))
        {
            await Task.WhenAll(some.Select(_ => FollowAsync(host, "", _ => { }, stop.Token)));
        }

        await Task.Delay(Settling, cancellation);
        double share = await ShareAsync(host, cancellation);
        double resident = host.ResidentBytes / 1048576.0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {streams:N0} idle streams: {resident - before:N0} MB more ({before:N0} before, {resident:N0} with them),
            {share:N2} % of a processor ({shareBefore:N2} % before)
            """));
        Target.AtMost("MB that idle streams take", resident - before, 150);
        await stop.CancelAsync();
    }

    private static async Task<double> ShareAsync(MeshHost host, CancellationToken cancellation)
    {
        TimeSpan cpu = host.Cpu;
        await Task.Delay(Watch, cancellation);
        return (host.Cpu - cpu) / Watch * 100;
    }

    /// <summary>Opens a stream; returns once it is open, with what goes on until it is stopped.</summary>
    private static async Task<Task> FollowAsync(
        MeshHost host, string query, Action<string> hear, CancellationToken cancellation)
    {
        HttpResponseMessage response = await OpenAsync(host.Http, query, cancellation);
        return ReadAsync();

        async Task ReadAsync()
        {
            using (response)
            {
                try
                {
                    await using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
                    await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(cancellation))
                    {
                        hear(item.Data);
                    }
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // That was all.
                }
            }
        }
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string query, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/events?{query}", UriKind.Relative));
        HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return response.EnsureSuccessStatusCode();
    }
}
