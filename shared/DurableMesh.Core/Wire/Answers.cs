using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>An accepted message as the API shows it.</summary>
public sealed record MessageView
{
    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The message's place in the thread: 1 is the brief, without gaps.</summary>
    public required int Sequence { get; init; }

    /// <summary>The sender's id for it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The sender.</summary>
    public required string From { get; init; }

    /// <summary>The other party.</summary>
    public required string To { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The body, in full.</summary>
    public JsonText? Body { get; init; }

    /// <summary>The body's content address; null where there is no body.</summary>
    public BodyRef? BodyRef { get; init; }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<Check> Checks { get; init => field = value ?? []; } = [];

    /// <summary>What was made.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>The sequence that it answers.</summary>
    public int? InReplyTo { get; init; }

    /// <summary>The judgement, on a verdict.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>
    /// Whether the mesh's wiring gave this answer and no agent thought about it: it is never a verdict, and no advice.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Plumbing { get; init; }

    /// <summary>What it cost, settled.</summary>
    public Usage? Usage { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>When it became part of the thread.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }
}

/// <summary>A body's content address.</summary>
/// <param name="Sha256">SHA-256 of the body's canonical JSON (RFC 8785), 64 hexadecimal digits in lower case.</param>
/// <param name="Size">The length of that JSON in bytes.</param>
public sealed record BodyRef(string Sha256, int Size);

/// <summary>The answer to a send.</summary>
public sealed record Receipt
{
    /// <summary>What became of it; <c>receipt</c> on the wire.</summary>
    [JsonPropertyName("receipt")]
    public required ReceiptKind Kind { get; init; }

    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The sender's id for the message; null for a cancel or a decision.</summary>
    public string? MessageId { get; init; }

    /// <summary>Its place in the thread; null unless accepted or duplicate.</summary>
    public int? Sequence { get; init; }

    /// <summary>Where the thread is now, this message included.</summary>
    public required ThreadPhase ThreadState { get; init; }

    /// <summary>Why it was rejected; null otherwise.</summary>
    public RejectReason? Reason { get; init; }

    /// <summary>The reason in words, and what to do; left out where there is nothing to say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
}

/// <summary>The answer to <c>GET /threads/{id}/messages</c>.</summary>
/// <param name="Messages">The messages, by sequence.</param>
/// <param name="NextAfter">What to give as <c>after</c> next time.</param>
/// <param name="ThreadState">Where the thread is.</param>
public sealed record MessagesPage(IReadOnlyList<MessageView> Messages, int NextAfter, ThreadPhase ThreadState);

/// <summary>The answer to <c>GET /agents/{id}/inbox</c>.</summary>
/// <param name="Messages">The messages to the agent, in the order in which they were accepted.</param>
/// <param name="NextAfter">What to give as <c>after</c> next time; opaque.</param>
public sealed record InboxPage(IReadOnlyList<MessageView> Messages, string NextAfter);

/// <summary>The answer to <c>GET /threads</c>.</summary>
/// <param name="Threads">The threads, newest first.</param>
/// <param name="NextCursor">What to give as <c>cursor</c> for the next page; null on the last one.</param>
public sealed record ThreadsPage(IReadOnlyList<ThreadView> Threads, string? NextCursor)
{
    /// <summary>Where the words are, thread by thread in the same order; only where words were looked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ThreadHit>? Hits { get; init; }

    /// <summary>
    /// Whether the search had not got as far as the threads when it was asked, so that the newest may be missing; left out where
    /// it had.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Behind { get; init; }
}
