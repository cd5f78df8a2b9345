using System.Text.Json.Serialization;
using DurableMesh.Core.Money;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;
using Hash = DurableMesh.Core.Evidence.ContentHash;

namespace DurableMesh.Core.Threads;

/// <summary>A message on its way into a thread: read, hashed and priced, not yet judged.</summary>
public sealed record IncomingMessage
{
    /// <summary>The sender's id for it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The sender.</summary>
    public required string From { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The body; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageBody? Body { get; init; }

    /// <summary>How the reason of a failure begins whose body does not travel with it; null in all other messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

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

    /// <summary>When it was sent: the sender's word, or when the mesh received it.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>SHA-256 of what the sender sent, 64 hexadecimal digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Takes a request in.</summary>
    /// <param name="request">The request, read strictly.</param>
    /// <param name="prices">The price table that settles what the sender leaves open.</param>
    /// <param name="receivedAt">When the mesh received it.</param>
    public static IncomingMessage Of(SendMessageRequest request, PriceTable prices, DateTimeOffset receivedAt)
    {
        var body = request.Body is null ? null : MessageBody.Of(request.Body);
        return new IncomingMessage
        {
            MessageId = request.MessageId,
            From = request.From,
            Kind = request.Kind,
            Body = body,
            Reason = request.Kind == MessageKind.Failure && body is { Inline: null }
                ? WholeText.Cut(request.Body!.ToDisplayText(), ThreadRules.MaxDetailLength + 2)
                : null,
            Checks = request.Checks,
            Artifacts = request.Artifacts,
            InReplyTo = request.InReplyTo,
            Verdict = request.Verdict,
            Plumbing = request.Plumbing,
            Usage = request.Usage is null ? null : prices.Settle(request.Usage, receivedAt),
            SentAt = request.SentAt ?? receivedAt,
            ContentHash = ContentHashOf(request, body),
        };
    }

    /// <summary>
    /// What a message's content hash can be, by what stands in the message: one hash, or two where it does not say whether its
    /// sender reported an empty usage or none.
    /// </summary>
    internal static IReadOnlyList<string> HashesOf(Message message)
    {
        var request = new SendMessageRequest
        {
            MessageId = message.MessageId,
            From = message.From,
            Kind = message.Kind,
            Checks = message.Checks,
            Artifacts = message.Artifacts,
            InReplyTo = message.InReplyTo,
            Verdict = message.Verdict,
            Plumbing = message.Plumbing,
            Usage = message.Usage?.AsSent(),
        };
        var hash = ContentHashOf(request, message.Body);
        return message.Usage is null || request.Usage is not null
            ? [hash]
            : [hash, ContentHashOf(request with { Usage = new Usage() }, message.Body)];
    }

    /// <summary>What tells a duplicate from a conflict; without the time of sending, as a retry may carry another one.</summary>
    private static string ContentHashOf(SendMessageRequest request, MessageBody? body) => Hash.Of(request with
    {
        SentAt = null,
        Body = body is null ? null : JsonText.OfString(body.Sha256),
    });
}
