using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Benchmarks;

/// <summary>Threads of a mesh that has run for a while: their records, written without the HTTP API.</summary>
internal static class RecordedDialogues
{
    /// <summary>Over how many days, up to now, the threads were started.</summary>
    public const int Days = 30;

    private const int WritersAtOnce = 512;

    private static readonly PriceTable Prices = new(
        [new ModelPrice { Model = "m", From = DateTimeOffset.UnixEpoch, InputPerMillion = 3, OutputPerMillion = 15 }]);

    /// <summary>Writes threads between neighbours in a list of agents; answers how many records they are.</summary>
    /// <param name="log">Where to.</param>
    /// <param name="threads">How many threads.</param>
    /// <param name="agents">The agents' ids.</param>
    /// <param name="isOpen">Whether the n-th thread stays open; the others end as PASS.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<int> WriteAsync(
        IThreadLog log, int threads, IReadOnlyList<string> agents, Func<int, bool> isOpen, CancellationToken cancellation)
    {
        int records = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = WritersAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, threads, options, async (n, token) =>
        {
            (string builder, string verifier) = (agents[n % agents.Count], agents[(n + 1) % agents.Count]);
            TimeSpan age = TimeSpan.FromDays(Days * (1 - (double)n / threads));
            foreach (ThreadRecord record in Dialogue(n, builder, verifier, isOpen(n), DateTimeOffset.UtcNow - age))
            {
                await log.AppendAsync(record, token);
                Interlocked.Increment(ref records);
            }
        });
        return records;
    }

    private static IEnumerable<ThreadRecord> Dialogue(int n, string builder, string verifier, bool isOpen, DateTimeOffset at)
    {
        var request = new StartThreadRequest
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = "101959",
            Initiator = builder,
            Responder = verifier,
            // Those that stay open are open still: a host would end what is past its deadline and has no orchestration.
            Limits = new LimitsRequest { Ttl = TimeSpan.FromDays(2 * Days) },
            Brief = new Brief
            {
                Subject = $"CSV reader handles quoted newlines, case {n}",
                Acceptance = [new("AC-1", "quoted newline kept")],
            },
        };
        var start = ThreadStart.Create(
            Guid.NewGuid().ToString("D"), request, LimitPolicy.Standard, ThreadStart.HashOf(request), at);
        var step = new ThreadStep(ThreadState.Starting(start));
        step.Take(new GateEvaluated(new GateReport(GateOutcome.Approved, [])), at);
        yield return Release();
        Send(builder, MessageKind.Submission, null);
        yield return Release();
        if (!isOpen)
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
            step.Recorded(record);
            return record;
        }
    }
}
