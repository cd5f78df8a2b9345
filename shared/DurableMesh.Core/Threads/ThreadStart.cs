using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Threads;

/// <summary>
/// What a thread is, fixed at its creation. The orchestration's input is always a <see cref="ThreadState"/>:
/// <see cref="ThreadState.Starting"/> of this at first, the carried state after a continue-as-new.
/// </summary>
public sealed record ThreadStart
{
    /// <summary>The turns of a thread of <see cref="Wire.Pattern.Sequential"/>: the work, and the verdict on it.</summary>
    public const int SequentialTurns = 2;

    /// <summary>The thread's id, which is the orchestration's instance id.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Which of the mesh's uses it is.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>The task's priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The id of the agent that builds.</summary>
    public required string Initiator { get; init; }

    /// <summary>The id of the agent that verifies.</summary>
    public required string Responder { get; init; }

    /// <summary>The brief's subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The brief's body; a large one is in the body store.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageBody? Body { get; init; }

    /// <summary>The acceptance criteria.</summary>
    public IReadOnlyList<AcceptanceCriterion> Acceptance { get; init => field = value ?? []; } = [];

    /// <summary>The limits in force: the requested ones over the configured defaults.</summary>
    public required Limits Limits { get; init; }

    /// <summary>
    /// SHA-256 of the request's canonical JSON, 64 hexadecimal digits: tells a repeated start from a conflicting one.
    /// </summary>
    public required string RequestHash { get; init; }

    /// <summary>When it was created; the time to live runs from here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the evidence file will be.</summary>
    public required string EvidencePath { get; init; }

    /// <summary>The version of the authority table that the gate asks; null in threads from before there was one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? AuthorityVersion { get; init; }

    /// <summary>What the parties' trust zones come to; null where a party is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrustDecision? Trust { get; init; }

    /// <summary>What was removed from the brief, by kind; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedactionCounts? Redactions { get; init; }

    /// <summary>What becomes of what nobody can price; null where it is taken in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnpricedUsage? Unpriced { get; init; }

    /// <summary>Which rules it runs by, for good; null in threads from before there was more than one set.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rules { get; init; }

    /// <summary>Which other threads it belongs with; null where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContextId { get; init; }

    /// <summary>Which step of which workflow it is; null where it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkflowPlace? Workflow { get; init; }

    /// <summary>Whether it ends when its initiator acknowledges the advice; threads of before end by a verdict alone.</summary>
    [JsonIgnore]
    public bool IsAdvisory => Pattern == Pattern.Advisory && Rules >= ThreadRules.KnowsAdvice;

    /// <summary>Makes a start of a request.</summary>
    /// <param name="threadId">The thread's id.</param>
    /// <param name="request">The request, its agents named by id.</param>
    /// <param name="limits">What is in force where the request is silent.</param>
    /// <param name="requestHash">What <see cref="HashOf"/> said of the request as it came in.</param>
    /// <param name="createdAt">The present instant.</param>
    public static ThreadStart Create(
        string threadId,
        StartThreadRequest request,
        LimitPolicy limits,
        string requestHash,
        DateTimeOffset createdAt) => new()
        {
            ThreadId = threadId,
            Pattern = request.Pattern,
            McTask = request.McTask,
            Priority = request.Priority,
            Initiator = request.Initiator,
            Responder = request.Responder,
            Subject = request.Brief.Subject,
            Body = request.Brief.Body is null ? null : MessageBody.Of(request.Brief.Body),
            Acceptance = request.Brief.Acceptance,
            Limits = LimitsOf(request, limits),
            RequestHash = requestHash,
            CreatedAt = createdAt,
            EvidencePath = EvidencePathOf(threadId, createdAt),
            Rules = ThreadRules.Newest,
            ContextId = request.ContextId,
        };

    /// <summary>A sequential run is one round, whatever is asked for: what fails is dispatched anew.</summary>
    private static Limits LimitsOf(StartThreadRequest request, LimitPolicy limits)
    {
        var effective = limits.Effective(request.Limits);
        return request.Pattern == Pattern.Sequential ? effective with { MaxTurns = SequentialTurns } : effective;
    }

    /// <summary>SHA-256 of a request's canonical JSON, 64 hexadecimal digits.</summary>
    /// <param name="request">The request.</param>
    public static string HashOf(StartThreadRequest request) => ContentHash.Of(request);

    /// <summary>Where a thread's evidence file is: <c>evidence/2026/11/{threadId}.json</c>.</summary>
    /// <param name="threadId">The thread's id.</param>
    /// <param name="createdAt">When the thread was created.</param>
    public static string EvidencePathOf(string threadId, DateTimeOffset createdAt) =>
        string.Create(CultureInfo.InvariantCulture, $"evidence/{createdAt.UtcDateTime:yyyy'/'MM}/{threadId}.json");

    /// <summary>The other party.</summary>
    /// <param name="party">One party.</param>
    public string Other(string party) => party == Initiator ? Responder : Initiator;
}
