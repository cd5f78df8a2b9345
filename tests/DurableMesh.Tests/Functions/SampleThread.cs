using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions;

/// <summary>
/// A thread between a builder and a verifier that runs by the real rules and records itself as the orchestrator does.
/// </summary>
internal sealed class SampleThread
{
    public const string Builder = "codecraft-builder";
    public const string Verifier = "proveo-verifier";
    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static readonly GateReport Approval = new(
        GateOutcome.Approved, [new GateFinding("agents_known", GateOutcome.Approved, "Both are known.")]);

    private readonly ThreadStep _step;
    private int _requests;

    public SampleThread(
        string? threadId = null,
        string builder = Builder,
        string verifier = Verifier,
        TimeSpan? ttl = null,
        StartThreadRequest? request = null)
    {
        var id = threadId ?? Guid.NewGuid().ToString("D");
        Start = request is null
            ? StartOf(id, builder, verifier, ttl)
            : ThreadStart.Create(id, request, LimitPolicy.Standard, ThreadStart.HashOf(request), Noon);
        _step = new ThreadStep(ThreadState.Starting(Start));
    }

    public ThreadStart Start { get; }

    public string Id => Start.ThreadId;

    /// <summary>When what is taken next happens.</summary>
    public DateTimeOffset Now { get; set; } = Noon;

    public ThreadState State => _step.State;

    public static ThreadStart StartOf(
        string threadId, string builder = Builder, string verifier = Verifier, TimeSpan? ttl = null)
    {
        var request = RequestOf(builder, verifier) with { Limits = new LimitsRequest { Ttl = ttl } };
        return ThreadStart.Create(threadId, request, LimitPolicy.Standard, ThreadStart.HashOf(request), Noon);
    }

    /// <summary>
    /// A start as the HTTP function hands it to the orchestration: with the authority table's version and the zones.
    /// </summary>
    public static ThreadStart AdmittedStartOf(string threadId, StartThreadRequest request, DateTimeOffset at) =>
        ThreadStart.Create(threadId, request, LimitPolicy.Standard, ThreadStart.HashOf(request), at) with
        {
            AuthorityVersion = 1,
            Trust = new TrustDecision("internal", "internal", TrustAction.Allow, TrustAction.Allow),
        };

    public static StartThreadRequest RequestOf(string builder = Builder, string verifier = Verifier) => new()
    {
        Pattern = Pattern.BuilderVerifier,
        McTask = "101959",
        Initiator = builder,
        Responder = verifier,
        Brief = new Brief
        {
            Subject = "CSV reader handles quoted newlines",
            Acceptance = [new AcceptanceCriterion("AC-1", "quoted newline kept")],
        },
    };

    public static SendMessageRequest MessageOf(string messageId, string from, MessageKind kind, string body = "text") => new()
    {
        MessageId = messageId,
        From = from,
        Kind = kind,
        Body = JsonText.OfString(body),
    };

    public static SendMessageRequest PassOf(string messageId, string from = Verifier) =>
        MessageOf(messageId, from, MessageKind.Verdict) with
        {
            Verdict = Verdict.Pass,
            Checks = [new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "seen" }],
        };

    public static IncomingMessage Incoming(SendMessageRequest request) => IncomingMessage.Of(request, PriceTable.Empty, Noon);

    public ThreadRecord Open(GateOutcome outcome = GateOutcome.Approved)
    {
        _step.Take(new GateEvaluated(outcome == GateOutcome.Approved ? Approval : new GateReport(outcome, [])), Now);
        return Release();
    }

    public ThreadRecord Send(SendMessageRequest request, string? requestId = null)
    {
        _step.Take(new InboxEnvelope(requestId ?? NewRequest(), new MessageArrived(Incoming(request))), Now);
        return Release();
    }

    public ThreadRecord Note(string messageId, string? requestId = null, string body = "text") =>
        Send(MessageOf(messageId, Start.Initiator, MessageKind.Note, body), requestId);

    public ThreadRecord Reserve(string agent, decimal usd)
    {
        var worstCase = PriceTable.Empty.Settle(new Usage { CostUsd = usd }, Now);
        _step.Take(new InboxEnvelope(NewRequest(), new ReservationAsked(agent, worstCase)), Now);
        return Release();
    }

    public ThreadRecord Cancel()
    {
        _step.Take(new InboxEnvelope(NewRequest(), new CancelRequested("a person", "enough")), Now);
        return Release();
    }

    private string NewRequest() => $"request {++_requests}";

    private ThreadRecord Release()
    {
        var record = _step.ToRecord();
        _step.Recorded(record);
        return record;
    }
}
