using System.Diagnostics;
using System.Globalization;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.EndToEnd;
using DurableMesh.Tests.EndToEnd.Dashboard;
using Microsoft.Playwright;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What the dashboard costs where there are many threads: how soon a browser shows a page, how far a page that is watched is
/// behind the receipts, and what many open dashboards take of the host.
/// </summary>
internal static class DashboardBenchmark
{
    private const int Agents = 53;
    private const int Paints = 20;
    private const int MaximumTurns = 10_000;
    private const int Spoken = 40;
    private const int LagMessages = 200;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    // When the page began to be shown, and how long the host took to answer, in milliseconds after it was asked for.
    private const string WhenPainted = """
        () => new Promise(resolve => new PerformanceObserver((list, observer) => {
          const painted = list.getEntriesByName("first-contentful-paint")[0];
          if (painted) {
            observer.disconnect();
            resolve([painted.startTime, performance.getEntriesByType("navigation")[0].responseEnd]);
          }
        }).observe({ type: "paint", buffered: true }))
        """;

    // Notes when each message came into the page, by the clock of the machine.
    private const string NoteMessages = """
        () => {
          window.cameAt = {};
          const note = () => document.querySelectorAll("li.message").forEach(
            one => window.cameAt[one.id] ??= performance.timeOrigin + performance.now());
          note();
          new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
        }
        """;

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int threads = arguments.Number("threads", 100_000);
        int viewers = arguments.Number("viewers", 200);
        int rate = arguments.Number("rate", 20);
        TimeSpan duration = TimeSpan.FromSeconds(arguments.Number("seconds", 30));
        Console.WriteLine(
            "dashboard: host in a process of its own, Azurite, browser and clients on the same machine, "
            + BenchmarkMachine.Describe());
        await using BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation);
        Progress.Say($"writing {threads:N0} threads");
        await using (BlobThreadLog log = await StatsBenchmark.OpenAsync(storage.ConnectionString, cancellation))
        {
            string[] agents = [.. Enumerable.Range(0, Agents).Select(n => $"agent-{n}")];
            await RecordedDialogues.WriteAsync(log, threads, agents, isOpen: _ => false, cancellation);
        }

        Progress.Say("starting the host");
        using var policy = new TemporaryPolicy($$"""{ "limits": { "maxima": { "maxTurns": {{MaximumTurns}} } } }""");
        var settings = new Dictionary<string, string> { ["Mesh__PolicyFile"] = policy.Path };
        await using MeshHost host = await MeshHost.StartAsync(storage.ConnectionString, cancellation, settings);
        Conversation[] talks = await TalkAsync(host, 10, cancellation);
        if (BrowserProgram.Missing is { } missing)
        {
            Console.WriteLine($"{missing} So neither paints nor the way to the page are measured.");
        }
        else
        {
            await using BrowserProgram program = await BrowserProgram.StartAsync();
            string[] pages = await PagesAsync(program.Browser, host);
            await PaintAsync(program.Browser, host, [.. pages, $"/threads/{talks[0].ThreadId}"]);
            await LagAsync(program.Browser, host, talks[0], cancellation);
        }

        foreach (string path in (string[])["/", "/threads", $"/threads/{talks[0].ThreadId}"])
        {
            await CrowdAsync(host, path, viewers, rate, duration, talks, cancellation);
        }
    }

    private static async Task<Conversation[]> TalkAsync(MeshHost host, int count, CancellationToken cancellation)
    {
        var talks = new Conversation[count];
        for (int n = 0; n < count; n++)
        {
            talks[n] = new Conversation(host, await host.StartThreadAsync(cancellation, MaximumTurns));
        }

        for (int n = 0; n < Spoken; n++)
        {
            await talks[0].SendAsync(cancellation);
        }

        return talks;
    }

    /// <summary>The pages that the navigation names.</summary>
    private static async Task<string[]> PagesAsync(IBrowser browser, MeshHost host)
    {
        await using IBrowserContext context = await browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(host.Address + "/");
        return await page.Locator("header nav a").EvaluateAllAsync<string[]>("all => all.map(one => one.getAttribute('href'))");
    }

    private static async Task PaintAsync(IBrowser browser, MeshHost host, string[] paths)
    {
        Console.WriteLine();
        Console.WriteLine(
            "page                          bytes   first paint, ms: p50    p99   of these for the answer: p50    p99");
        foreach (string path in paths)
        {
            Progress.Say($"painting {path}");
            await using IBrowserContext context = await browser.NewContextAsync();
            IPage page = await context.NewPageAsync();
            (var paints, var answers, int bytes) = (new Latencies(), new Latencies(), 0);
            for (int n = -2; n < Paints; n++)
            {
                IResponse response = (await page.GotoAsync(host.Address + path))!;
                if (!response.Ok)
                {
                    Console.WriteLine($"{Name(path),-24} {response.Status}");
                    break;
                }

                double[] times = await page.EvaluateAsync<double[]>(WhenPainted);
                bytes = (await response.BodyAsync()).Length;
                if (n >= 0)
                {
                    paints.Add([times[0]]);
                    answers.Add([times[1]]);
                }
            }

            if (paints.Count > 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Name(path),-24} {bytes,10:N0} {paints.Percentile(0.5),22:N0} {paints.Percentile(0.99),6:N0} "
                    + $"{answers.Percentile(0.5),30:N0} {answers.Percentile(0.99),6:N0}"));
                Target.AtMost($"ms, p50 of the first paint of {Name(path)}", paints.Percentile(0.5), 300);
                Target.AtMost($"bytes of {Name(path)}", bytes, 300_000);
            }
        }
    }

    private static async Task LagAsync(IBrowser browser, MeshHost host, Conversation talk, CancellationToken cancellation)
    {
        Progress.Say("watching a thread");
        await using IBrowserContext context = await browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync($"{host.Address}/threads/{talk.ThreadId}");
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("live");
        await page.EvaluateAsync(NoteMessages);
        var receipts = new Dictionary<string, double>();
        for (int n = 0; n < LagMessages; n++)
        {
            await talk.SendAsync(cancellation);
            receipts[$"m{talk.Turns + 1}"] = Milliseconds();
            await Task.Delay(TimeSpan.FromMilliseconds(100 + (n * 7 % 50)), cancellation);
        }

        await Assertions.Expect(page.Locator($"#m{talk.Turns + 1}")).ToBeVisibleAsync();
        string[] messages = await page.EvaluateAsync<string[]>("Object.keys(window.cameAt)");
        double[] times = await page.EvaluateAsync<double[]>("Object.values(window.cameAt)");
        Dictionary<string, double> came = messages.Zip(times).ToDictionary(one => one.First, one => one.Second);
        var lags = new Latencies();
        lags.Add(receipts.Where(one => came.ContainsKey(one.Key)).Select(one => Math.Max(0, came[one.Key] - one.Value)));
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a thread that is watched, {talk.Turns:N0} messages: from the receipt to the page {lags.Percentile(0.5):N1} ms, "
            + $"p99 {lags.Percentile(0.99):N1} ms ({lags.Count} of {LagMessages} messages)"));
        Target.AtMost("ms, p50 from the receipt to the page", lags.Percentile(0.5), 100);
        Target.AtMost("ms, p99 from the receipt to the page", lags.Percentile(0.99), 100);
    }

    /// <summary>What dashboards take of a processor, beside the same messages without them.</summary>
    private static async Task CrowdAsync(
        MeshHost host,
        string path,
        int viewers,
        int rate,
        TimeSpan duration,
        Conversation[] talks,
        CancellationToken cancellation)
    {
        Progress.Say($"{viewers} dashboards at {Name(path)}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        double idleBefore = await ShareAsync(host, duration, 0, talks, cancellation);
        double busyBefore = await ShareAsync(host, duration, rate, talks, cancellation);
        var crowd = new DashboardCrowd(host.Address, path);
        Task watching = await crowd.WatchAsync(viewers, stop.Token);
        await Task.Delay(Settling, cancellation);
        double idle = await ShareAsync(host, duration, 0, talks, cancellation);
        long looks = crowd.Looks;
        double busy = await ShareAsync(host, duration, rate, talks, cancellation);
        looks = crowd.Looks - looks;
        await stop.CancelAsync();
        await watching;
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {viewers} dashboards at {Name(path)}, % of a processor         without   with them
            idle                                          {idleBefore,16:N1} {idle,11:N1}
            {rate} messages/s, {looks / duration.TotalSeconds,4:N0} pages a second        {busyBefore,16:N1} {busy,11:N1}
            """));
        Target.AtMost($"% of a processor that they take, idle, at {Name(path)}", idle - idleBefore, 5);
        Target.AtMost($"% of a processor that they take at {rate} messages/s, at {Name(path)}", busy - busyBefore, 5);
    }

    private static async Task<double> ShareAsync(
        MeshHost host, TimeSpan duration, int rate, Conversation[] talks, CancellationToken cancellation)
    {
        TimeSpan cpu = host.Cpu;
        long begun = Stopwatch.GetTimestamp();
        for (int n = 0; Stopwatch.GetElapsedTime(begun) < duration; n++)
        {
            TimeSpan due = (rate == 0 ? duration : TimeSpan.FromSeconds((double)n / rate)) - Stopwatch.GetElapsedTime(begun);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, cancellation);
            }

            if (rate > 0)
            {
                await talks[n % talks.Length].SendAsync(cancellation);
            }
        }

        return (host.Cpu - cpu) / Stopwatch.GetElapsedTime(begun) * 100;
    }

    private static double Milliseconds() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    private static string Name(string path) => path.Length > 20 ? "/threads/{id}" : path;
}
