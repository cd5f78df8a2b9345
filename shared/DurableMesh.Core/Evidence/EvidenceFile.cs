using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>
/// The evidence of one thread (DESIGN §6). <see cref="Entries"/> is what happened; everything else is computed from it, for
/// people, and <see cref="EvidenceVerifier"/> computes it again.
/// </summary>
public sealed record EvidenceFile
{
    /// <summary>The format and the version of the rules that the file was made by.</summary>
    public const string CurrentFormat = "durablemesh-evidence/1";

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Whether the thread has ended, so that nothing more will come.</summary>
    public required bool Final { get; init; }

    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>Where the thread is.</summary>
    public required ThreadPhase State { get; init; }

    /// <summary>How it ended.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended.</summary>
    public EndReason? Reason { get; init; }

    /// <summary>More about the end.</summary>
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

    /// <summary>The version of the authority table that let it in; null while there is none.</summary>
    public int? AuthorityVersion { get; init; }

    /// <summary>What the parties' trust zones come to; null where a party is not known.</summary>
    public TrustDecision? Trust { get; init; }

    /// <summary>What was removed from the brief and the messages, by kind.</summary>
    public required RedactionCounts Redactions { get; init; }

    /// <summary>The gate's outcome and every rule's.</summary>
    public required GateReport Gate { get; init; }

    /// <summary>What a person decided about a hold; null where nobody had to.</summary>
    public HoldDecided? Decision { get; init; }

    /// <summary>The acceptance criteria.</summary>
    public required IReadOnlyList<AcceptanceCriterion> Acceptance { get; init; }

    /// <summary>The limits in force.</summary>
    public required Limits Limits { get; init; }

    /// <summary>Accepted messages, the brief included.</summary>
    public required int Messages { get; init; }

    /// <summary>Accepted turns.</summary>
    public required int Turns { get; init; }

    /// <summary>Accepted findings.</summary>
    public required int Findings { get; init; }

    /// <summary>The submissions and the verdicts on them.</summary>
    public required IReadOnlyList<EvidenceRound> Rounds { get; init; }

    /// <summary>What was spent.</summary>
    public required EvidenceUsage Usage { get; init; }

    /// <summary>When, and who had the move for how long.</summary>
    public required EvidenceTimings Timings { get; init; }

    /// <summary>The hash chain.</summary>
    public required EvidenceChain Chain { get; init; }

    /// <summary>The transcript, from the opening on.</summary>
    public required IReadOnlyList<TranscriptEntry> Entries { get; init; }

    /// <summary>Makes the evidence of a thread, ended or not.</summary>
    /// <param name="entries">Its transcript from the opening on.</param>
    /// <exception cref="ArgumentException">The transcript is empty or does not begin with an opening.</exception>
    /// <exception cref="IllegalTransitionException">The entries are no transcript of one thread.</exception>
    public static EvidenceFile Of(IReadOnlyList<TranscriptEntry> entries) => EvidenceFold.Of(entries);

    /// <summary>The file's content: JSON in UTF-8, indented for people.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, MeshJson.Indented), (byte)'\n'];
}

/// <summary>A submission and the verdict on it.</summary>
/// <param name="Round">1 for the first submission.</param>
/// <param name="Submission">The submission's sequence.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="Findings">Findings of the responder on it.</param>
/// <param name="Verdict">The verdict's sequence; null while there is none.</param>
/// <param name="Result">What the verdict says.</param>
/// <param name="JudgedAt">When the verdict was accepted.</param>
/// <param name="Checks">The verdict's checks.</param>
public sealed record EvidenceRound(
    int Round,
    int Submission,
    DateTimeOffset SubmittedAt,
    int Findings,
    int? Verdict,
    Verdict? Result,
    DateTimeOffset? JudgedAt,
    IReadOnlyList<Check> Checks);

/// <summary>What was spent.</summary>
/// <param name="Total">By both parties.</param>
/// <param name="Agents">By agent and model.</param>
public sealed record EvidenceUsage(UsageTotals Total, IReadOnlyList<AgentUsage> Agents)
{
    /// <summary>
    /// Where a sender's cost is not what the price table gives, by more than 1 %; left out where there is none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CostDisagreement>? Disagreements { get; init; }
}

/// <summary>A cost about which the sender and the price table disagree. The larger one counts.</summary>
/// <param name="Message">The message's sequence.</param>
/// <param name="Agent">The sender.</param>
/// <param name="Model">The model.</param>
/// <param name="CostUsd">What the sender says, in US dollars.</param>
/// <param name="ComputedUsd">What the price table gives, in US dollars.</param>
public sealed record CostDisagreement(int Message, string Agent, string? Model, decimal CostUsd, decimal ComputedUsd);

/// <summary>What an agent spent on a model.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Model">The model; null where the agent named none.</param>
/// <param name="Messages">Messages that reported a usage, or count at what was reserved for them.</param>
/// <param name="Unpriced">How many of them have no known price and count as zero.</param>
/// <param name="Totals">Tokens and US dollars.</param>
public sealed record AgentUsage(string Agent, string? Model, int Messages, int Unpriced, UsageTotals Totals)
{
    /// <summary>How many of them did not say their cost and count at what was reserved; left out where none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int AtReserved { get; init; }
}

/// <summary>When things happened.</summary>
/// <param name="CreatedAt">The creation.</param>
/// <param name="OpenedAt">The first message, the brief; null where the gate let nothing in.</param>
/// <param name="EndedAt">The end; null until then.</param>
/// <param name="Elapsed">From the creation to the end, or to the last entry.</param>
/// <param name="Agents">How long each party had the move.</param>
public sealed record EvidenceTimings(
    DateTimeOffset CreatedAt,
    DateTimeOffset? OpenedAt,
    DateTimeOffset? EndedAt,
    TimeSpan Elapsed,
    IReadOnlyList<AgentTiming> Agents);

/// <summary>How long an agent had the move, from one turn to the next.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Turns">Its turns.</param>
/// <param name="HadTheMove">The time; a move that is not over is counted up to the last entry.</param>
public sealed record AgentTiming(string Agent, int Turns, TimeSpan HadTheMove);

/// <summary>The hash chain over the entries.</summary>
/// <param name="Algorithm">How the hashes come about.</param>
/// <param name="Entries">How many there are.</param>
/// <param name="Head">The last one's hash.</param>
public sealed record EvidenceChain(string Algorithm, int Entries, string Head)
{
    /// <summary>
    /// SHA-256 over the canonical JSON of an entry without its hash, which covers the hash of the entry before.
    /// </summary>
    public const string Sha256 = "sha256 over RFC 8785";
}
