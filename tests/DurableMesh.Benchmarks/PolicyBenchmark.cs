using System.Globalization;
using System.Reflection;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Threads;
using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Benchmarks;

/// <summary>
/// What identity, policy and gate add to a thread start and to a message: the app's own services, called as its functions call
/// them, over a store in memory.
/// </summary>
internal static class PolicyBenchmark
{
    private const int Threads = 5_000;
    private const int Tasks = 1_000;
    private const int Calls = 1_000;
    private const int WarmUps = 20;

    // It has no limit of work in progress, so that each builder can have a thread with it under way.
    private const string Verifier = "flowforge-release-verifier";

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int runs = arguments.Number("runs", 9);
        Console.WriteLine($"policy: processor time, median of {runs} runs of {Calls:N0} calls, {BenchmarkMachine.Describe()}");
        await using BusyMesh mesh = await BusyMesh.StartAsync(Threads, Tasks, cancellation);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{mesh.Registry.Count} agents with keys, {Threads:N0} threads, {Tasks:N0} tasks, the shipped policy with prices"));
        Console.WriteLine();
        Parties[] allowed = [.. BuildersOf(mesh, "internal")];
        Parties[] redacted = [.. BuildersOf(mesh, "restricted")];
        Row[] starts =
        [
            await StartsAsync("allowed, 1 KiB", allowed, removes: false, 1024),
            await StartsAsync("redacted, 1 KiB", redacted, removes: true, 1024),
            await StartsAsync("redacted, 4 KiB", redacted, removes: true, 4096),
        ];
        Row[] messages =
        [
            await MessagesAsync("allowed, 1 KiB", allowed, removes: false, 1024),
            await MessagesAsync("redacted, 1 KiB", redacted, removes: true, 1024),
            await MessagesAsync("redacted, 4 KiB", redacted, removes: true, 4096),
        ];
        await WarmUpAsync([.. starts, .. messages], cancellation);
        Console.WriteLine("us of a thread start          identity     draft      gate       all");
        double start = await PrintAsync(starts, runs, cancellation);
        Console.WriteLine();
        Console.WriteLine("us of a message               identity screening       all");
        double message = await PrintAsync(messages, runs, cancellation);
        Console.WriteLine();
        Target.AtMost("ms of a thread start, allowed", start / 1000, 0.2);
        Target.AtMost("ms of a message, allowed", message / 1000, 0.05);

        async Task<Row> StartsAsync(string name, Parties[] pairs, bool removes, int size)
        {
            (ThreadDrafts drafts, EvaluateGate gate) = (mesh.Get<ThreadDrafts>(), mesh.Get<EvaluateGate>());

            // There is no task hub, and no thread that is overdue, about which the gate would ask it.
            const DurableTaskClient client = null!;
            Identity identity = new(mesh, typeof(StartThread));
            var asked = pairs.Select(pair => pair.Request(size)).ToList();
            var drafted = new List<ThreadDraft>();
            foreach ((Parties pair, StartThreadRequest request) in pairs.Zip(asked))
            {
                drafted.Add(await drafts.DraftAsync(pair.ThreadId, request, cancellation));
                GateReport report = await gate.RunAsync(drafted[^1].Start, client, cancellation);
                Demand(report.Outcome == GateOutcome.Approved, report.Objections());
                Demand(drafted[^1].Start.Redactions is not null == removes, "The brief was not redacted as it should be.");
            }

            return new Row(
                name,
                n => identity.CheckAsync(pairs[n % pairs.Length]),
                async n => await drafts.DraftAsync(pairs[n % pairs.Length].ThreadId, asked[n % pairs.Length], cancellation),
                async n => await gate.RunAsync(drafted[n % pairs.Length].Start, client, cancellation));
        }

        async Task<Row> MessagesAsync(string name, Parties[] pairs, bool removes, int size)
        {
            (ThreadDrafts drafts, MessageScreening screening) = (mesh.Get<ThreadDrafts>(), mesh.Get<MessageScreening>());
            Identity identity = new(mesh, typeof(SendMessage));
            var asked = pairs.Select(pair => pair.Message(size)).ToList();
            var threads = new List<ThreadView>();
            foreach ((Parties pair, SendMessageRequest message) in pairs.Zip(asked))
            {
                ThreadDraft draft = await drafts.DraftAsync(pair.ThreadId, pair.Request(size), cancellation);
                threads.Add(ThreadState.Starting(draft.Start).View());
                ScreenedMessage screened = await screening.ScreenAsync(threads[^1], message, cancellation);
                Demand(screened.Message.Usage is { CostUsd: > 0 }, "The message was not priced.");
                Demand(screened.Message.Redactions is not null == removes, "The message was not redacted as it should be.");
            }

            return new Row(
                name,
                n => identity.CheckAsync(pairs[n % pairs.Length]),
                async n => await screening.ScreenAsync(threads[n % pairs.Length], asked[n % pairs.Length], cancellation));
        }
    }

    /// <summary>Code is compiled anew, in the pauses, when it has run for a while, and that is not what is measured.</summary>
    private static async Task WarmUpAsync(Row[] rows, CancellationToken cancellation)
    {
        for (int n = 0; n < WarmUps; n++)
        {
            foreach (Row row in rows)
            {
                await MeasureAsync(1, row.AllAsync, cancellation);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }
    }

    /// <summary>Measures and prints; answers the microseconds of the first row.</summary>
    private static async Task<double> PrintAsync(Row[] rows, int runs, CancellationToken cancellation)
    {
        var all = new List<double>();
        foreach (Row row in rows)
        {
            Console.Write($"{row.Name,-28} ");
            foreach (Func<int, Task> part in row.Parts)
            {
                Print(await MeasureAsync(runs, part, cancellation));
            }

            all.Add(await MeasureAsync(runs, row.AllAsync, cancellation));
            Print(all[^1]);
            Console.WriteLine();
        }

        return all[0];

        static void Print(double microseconds) =>
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{microseconds,10:N1}"));
    }

    /// <summary>Microseconds of processor time of a call, so that what else runs on the machine does not count.</summary>
    private static async Task<double> MeasureAsync(int runs, Func<int, Task> call, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        for (int run = 0; run < runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            TimeSpan started = Environment.CpuUsage.TotalTime;
            for (int n = 0; n < Calls; n++)
            {
                await call(n);
            }

            latencies.Add([(Environment.CpuUsage.TotalTime - started).TotalMilliseconds]);
        }

        return latencies.Percentile(0.5) * 1000 / Calls;
    }

    private static IEnumerable<Parties> BuildersOf(BusyMesh mesh, string zone) => mesh.Registry.Agents
        .Where(agent => agent.Roles.Contains("builder") && agent.TrustZone == zone)
        .Select(agent => new Parties(agent.Id, agent.Model!));

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>One line of the report: what is called one after the other, each time with the number of the call.</summary>
    private sealed record Row(string Name, params Func<int, Task>[] Parts)
    {
        public async Task AllAsync(int n)
        {
            foreach (Func<int, Task> part in Parts)
            {
                await part(n);
            }
        }
    }

    /// <summary>Who talks to <see cref="Verifier"/>, in a thread that stays under way: the store does not know it yet.</summary>
    private sealed record Parties(string Builder, string Model)
    {
        private static readonly string Text = string.Concat(Enumerable.Repeat(RedactCorpus.Ordinary().Last().Unit, 4));

        public string ThreadId { get; } = Guid.NewGuid().ToString("D");

        public StartThreadRequest Request(int size) => new()
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = "101959",
            Initiator = Builder,
            Responder = Verifier,
            Brief = new Brief
            {
                Subject = "CSV reader handles quoted newlines",
                Body = BodyOf(size),
                Acceptance = [new("AC-1", "quoted newline kept"), new("AC-2", "doubled quote kept")],
            },
        };

        public SendMessageRequest Message(int size) => new()
        {
            MessageId = "m-1",
            From = Builder,
            Kind = MessageKind.Submission,
            Body = BodyOf(size),
            Usage = new Usage { Model = Model, InputTokens = 4_000, CachedInputTokens = 3_000, OutputTokens = 500 },
        };

        /// <summary>With personal data at its end.</summary>
        private static JsonText BodyOf(int size) => JsonText.OfString(Text[^size..]);
    }

    /// <summary>The identity check in front of a function, with the key of the agent that asks.</summary>
    private sealed class Identity(BusyMesh mesh, Type function)
    {
        private readonly IdentityMiddleware _middleware = mesh.Get<IdentityMiddleware>();
        private readonly Dictionary<string, HttpInvocation> _requests = new(StringComparer.Ordinal);

        public Task CheckAsync(Parties parties)
        {
            if (!_requests.TryGetValue(parties.Builder, out HttpInvocation? request))
            {
                _requests[parties.Builder] = request = RequestOf(parties.Builder);
            }

            return _middleware.Invoke(request, _ => Task.CompletedTask);
        }

        private HttpInvocation RequestOf(string agent)
        {
            var http = new DefaultHttpContext();
            http.Request.Method = HttpMethods.Post;
            http.Request.Headers.Authorization = $"Bearer {mesh.KeyOf(agent)}";
            MethodInfo method = function.GetMethod("RunAsync")!;
            var called = new LocalFunction(function.Name, method, new HttpTriggerAttribute(), null, []);
            return new HttpInvocation(called, http, default);
        }
    }
}
