using System.Text.Json.Serialization;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Wire;

/// <summary>A thread as the API shows it.</summary>
public sealed record ThreadView
{
    /// <summary>
    /// Whether it is about advice alone: advisory, and without a required criterion by which anything could be judged.
    /// </summary>
    [JsonIgnore]
    public bool IsAdvice => Pattern == Pattern.Advisory && Checks.Required == 0;

    /// <summary>Whether an agent is one of the two parties.</summary>
    /// <param name="agentId">The agent's id.</param>
    public bool IsParty(string agentId) => agentId == Initiator || agentId == Responder;

    /// <summary>The thread's id, which is the orchestration's instance id.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ThreadPhase State { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended; null until then.</summary>
    public EndReason? Reason { get; init; }

    /// <summary>More about the end, or which rules hold it and why, in words; left out where there is nothing to add.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Which of the mesh's uses it is.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>The task's priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The brief's subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The agent that builds.</summary>
    public required string Initiator { get; init; }

    /// <summary>The agent that verifies.</summary>
    public required string Responder { get; init; }

    /// <summary>Whose move it is; null unless the thread is open.</summary>
    public string? Awaiting { get; init; }

    /// <summary>The number of submissions so far.</summary>
    public required int Round { get; init; }

    /// <summary>Accepted submissions, verdicts, questions and answers.</summary>
    public required int Turns { get; init; }

    /// <summary>All accepted messages, the brief included; equals the last sequence.</summary>
    public required int Messages { get; init; }

    /// <summary>Accepted findings.</summary>
    public required int Findings { get; init; }

    /// <summary>The limits in force.</summary>
    public required Limits Limits { get; init; }

    /// <summary>When the thread ends by itself: a hold expires, a dialogue's time to live runs out.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What both parties spent.</summary>
    public required UsageTotals Usage { get; init; }

    /// <summary>What the calls may cost at most that the parties are making; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReservedUsd? ReservedUsd { get; init; }

    /// <summary>Which runners are at work on it; left out where none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LeaseView>? AtWork { get; init; }

    /// <summary>The last verdict in numbers.</summary>
    public required CheckCounts Checks { get; init; }

    /// <summary>The evidence file.</summary>
    public required EvidenceLink Evidence { get; init; }

    /// <summary>The version of the authority table that let it in; null while there is none.</summary>
    public int? AuthorityVersion { get; init; }

    /// <summary>What the parties' trust zones come to; left out where a party is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrustDecision? Trust { get; init; }

    /// <summary>Which other threads it belongs with, as its initiator named them; left out where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContextId { get; init; }

    /// <summary>Which step of which workflow it is; left out where it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkflowPlace? Workflow { get; init; }

    /// <summary>Durable Functions' management URL; only in answers of a host that knows it.</summary>
    public string? StatusQueryGetUri { get; init; }

    /// <summary>Durable Functions' management URL.</summary>
    public string? SendEventPostUri { get; init; }

    /// <summary>Durable Functions' management URL.</summary>
    public string? TerminatePostUri { get; init; }
}

/// <summary>The limits in force for a thread.</summary>
/// <param name="Ttl">Time from the creation to the forced end.</param>
/// <param name="MaxTurns">The turn that ends the thread unless it ended otherwise.</param>
/// <param name="CostCapUsd">The thread ends as soon as its settled cost, in US dollars, exceeds this.</param>
/// <param name="MaxFindingsPerTurn">Findings and notes, together, between two turns.</param>
/// <param name="MaxRoundsWithoutProgress">Rounds in a row whose failing checks did not get fewer.</param>
public sealed record Limits(
    TimeSpan Ttl,
    int MaxTurns,
    decimal CostCapUsd,
    int MaxFindingsPerTurn,
    int MaxRoundsWithoutProgress);

/// <summary>A sum of usages.</summary>
/// <param name="InputTokens">All input tokens, those from and into a cache included.</param>
/// <param name="CachedInputTokens">The part of them that came from a cache.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="CostUsd">US dollars.</param>
public sealed record UsageTotals(long InputTokens, long CachedInputTokens, long OutputTokens, decimal CostUsd)
{
    /// <summary>Nothing spent.</summary>
    public static UsageTotals Zero { get; } = new(0, 0, 0, 0m);

    /// <summary>The part of the input tokens that went into a cache; left out where none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>The sum of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static UsageTotals operator +(UsageTotals left, UsageTotals right) => left.Add(right);

    /// <summary>The sum with another.</summary>
    /// <param name="other">The other.</param>
    public UsageTotals Add(UsageTotals other) => new(
        InputTokens + other.InputTokens,
        CachedInputTokens + other.CachedInputTokens,
        OutputTokens + other.OutputTokens,
        CostUsd + other.CostUsd)
    {
        CacheWriteTokens = CacheWriteTokens + other.CacheWriteTokens,
    };
}

/// <summary>What the parties have reserved, in US dollars.</summary>
/// <param name="Initiator">One party.</param>
/// <param name="Responder">The other party.</param>
public sealed record ReservedUsd(decimal Initiator, decimal Responder)
{
    /// <summary>Nothing reserved.</summary>
    public static ReservedUsd None { get; } = new(0, 0);
}

/// <summary>The required criteria and how the last verdict found them.</summary>
/// <param name="Passed">Required criteria that the last verdict reports as passed.</param>
/// <param name="Failed">Required checks that the last verdict reports as failed.</param>
/// <param name="Required">Required criteria of the brief.</param>
public sealed record CheckCounts(int Passed, int Failed, int Required);

/// <summary>Where the evidence is, and how far it goes.</summary>
/// <param name="Path">The path in the evidence store, known from the first moment.</param>
/// <param name="Final">Whether the thread has ended, so that the evidence is complete.</param>
/// <param name="Head">The last entry's hash, <c>sha256:</c> and 64 hexadecimal digits; null before the first entry.</param>
public sealed record EvidenceLink(string Path, bool Final, string? Head);
