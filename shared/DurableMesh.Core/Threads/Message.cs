using System.Text.Json.Serialization;
using DurableMesh.Core.Money;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>A message that is part of a thread.</summary>
public sealed record Message
{
    /// <summary>The <see cref="MessageId"/> of the brief, which the mesh sends for the initiator.</summary>
    public const string BriefId = "mesh:brief";

    /// <summary>Its place: 1 is the brief, without gaps.</summary>
    public required int Sequence { get; init; }

    /// <summary>The sender's id for it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The sender.</summary>
    public required string From { get; init; }

    /// <summary>The other party.</summary>
    public required string To { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The body; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageBody? Body { get; init; }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<Check> Checks { get; init => field = value ?? []; } = [];

    /// <summary>What was made.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>The sequence that it answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InReplyTo { get; init; }

    /// <summary>The judgement, on a verdict.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Verdict? Verdict { get; init; }

    /// <summary>
    /// Whether the mesh's wiring gave this answer and no agent thought about it: it is never a verdict, and no advice.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Plumbing { get; init; }

    /// <summary>What it cost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SettledUsage? Usage { get; init; }

    /// <summary>What was removed from it before anybody saw it, by kind; null where nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedactionCounts? Redactions { get; init; }

    /// <summary>
    /// The budgets that its cost counts against, as they were before it; null where there is no cost or no budget.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DayBudget>? Budgets { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>SHA-256 of what the sender sent, 64 hexadecimal digits: tells a duplicate from a conflict.</summary>
    public required string ContentHash { get; init; }

    /// <summary>As the API shows it.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="acceptedAt">When it became part of the thread.</param>
    /// <param name="largeBody">The body from the body store, where it does not travel inline.</param>
    public MessageView View(string threadId, DateTimeOffset acceptedAt, JsonText? largeBody = null) => new()
    {
        ThreadId = threadId,
        Sequence = Sequence,
        MessageId = MessageId,
        From = From,
        To = To,
        Kind = Kind,
        Body = Body?.Inline ?? largeBody,
        BodyRef = Body?.ToRef(),
        Checks = Checks,
        Artifacts = Artifacts,
        InReplyTo = InReplyTo,
        Verdict = Verdict,
        Plumbing = Plumbing,
        Usage = Usage?.ToUsage(),
        SentAt = SentAt,
        AcceptedAt = acceptedAt,
    };
}
