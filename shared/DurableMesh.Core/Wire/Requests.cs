using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>The body of <c>POST /threads</c>.</summary>
public sealed record StartThreadRequest
{
    /// <summary>Which of the mesh's narrow uses this is.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The MC task that the thread works on.</summary>
    public required string McTask { get; init; }

    /// <summary>The task's priority; <see cref="Wire.Priority.M"/> where it is not given.</summary>
    public Priority Priority { get; init; }

    /// <summary>The agent that builds; id or alias.</summary>
    public required string Initiator { get; init; }

    /// <summary>The agent that verifies; id or alias.</summary>
    public required string Responder { get; init; }

    /// <summary>What is to be done.</summary>
    public required Brief Brief { get; init; }

    /// <summary>Which other threads it belongs with: a name of the initiator's; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContextId { get; init; }

    /// <summary>The limits asked for; the configured defaults where they are not given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LimitsRequest? Limits { get; init; }
}

/// <summary>What is to be done, and how it will be judged.</summary>
public sealed record Brief
{
    /// <summary>One line.</summary>
    public required string Subject { get; init; }

    /// <summary>Text or any JSON value; at most 1 MiB serialised.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Body { get; init; }

    /// <summary>The acceptance criteria; the gate wants at least one required one.</summary>
    public IReadOnlyList<AcceptanceCriterion> Acceptance { get; init => field = value ?? []; } = [];
}

/// <summary>One thing that must hold.</summary>
/// <param name="Id">Stable over the rounds; checks refer to it.</param>
/// <param name="Title">One line.</param>
/// <param name="Required">Whether a pass must cover it; true where it is not given.</param>
public sealed record AcceptanceCriterion(string Id, string Title, bool Required = true);

/// <summary>The limits that a start asks for; what is null comes from the configured defaults.</summary>
public sealed record LimitsRequest
{
    /// <summary>Time from the creation to the forced end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? Ttl { get; init; }

    /// <summary>Turns, 1 or more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxTurns { get; init; }

    /// <summary>US dollars.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostCapUsd { get; init; }

    /// <summary>Findings and notes per turn.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxFindingsPerTurn { get; init; }

    /// <summary>Rounds, 1 or more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxRoundsWithoutProgress { get; init; }
}

/// <summary>The body of <c>POST /threads/{id}/messages</c>.</summary>
public sealed record SendMessageRequest
{
    /// <summary>
    /// The sender's own id, for idempotency: 1-128 of <c>A-Z a-z 0-9 . _ : -</c>, unique per sender and thread.
    /// </summary>
    public required string MessageId { get; init; }

    /// <summary>The sending party.</summary>
    public required string From { get; init; }

    /// <summary>What the message is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>Text or any JSON value; at most 1 MiB serialised.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Body { get; init; }

    /// <summary>What was checked, and how it came out.</summary>
    public IReadOnlyList<Check> Checks { get; init => field = value ?? []; } = [];

    /// <summary>What was made, or what shows that it holds.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>The sequence of the message that this one answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InReplyTo { get; init; }

    /// <summary>The judgement; on kind <c>verdict</c> and only there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Verdict? Verdict { get; init; }

    /// <summary>
    /// Whether the mesh's wiring gave this answer and no agent thought about it; on kind <c>answer</c> and only there.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Plumbing { get; init; }

    /// <summary>What the sender spent on this message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Usage? Usage { get; init; }

    /// <summary>When the sender sent it, by its own clock; no part of the content, so a retry may carry another one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>The body of <c>POST /threads/{id}/reservations</c>.</summary>
/// <param name="From">The party whose call it is.</param>
/// <param name="WorstCase">What the call can cost at most: a cost, or a model and its tokens.</param>
public sealed record ReservationRequest(string From, Usage WorstCase);

/// <summary>The body of <c>POST /threads/{id}/cancel</c>.</summary>
/// <param name="By">Who cancels; may be left out where a key says it.</param>
/// <param name="Why">The reason, for the evidence.</param>
public sealed record CancelRequest(string? By, string Why);

/// <summary>The body of <c>POST /threads/{id}/decision</c>.</summary>
/// <param name="By">Who decides; may be left out where a key says it.</param>
/// <param name="Decision">What is decided.</param>
/// <param name="Why">The reason, for the evidence.</param>
public sealed record DecisionRequest(string? By, HoldDecision Decision, string Why);
