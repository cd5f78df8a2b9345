using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Events;

/// <summary>What an event says of a thread.</summary>
public sealed record ThreadHead
{
    /// <summary>Which of the mesh's uses it is.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>The task's priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>The agent that asks for the work.</summary>
    public required string Initiator { get; init; }

    /// <summary>The other agent.</summary>
    public required string Responder { get; init; }

    /// <summary>Where the thread is.</summary>
    public required ThreadPhase State { get; init; }

    /// <summary>How it ended; left out until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndState? EndState { get; init; }

    /// <summary>Why it ended; left out until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndReason? Reason { get; init; }

    /// <summary>What a person decided; left out of other events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HoldDecision? Decision { get; init; }

    /// <summary>Who decided or ended it, where somebody did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }

    /// <summary>When it ends by itself; left out once it has ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Turns so far.</summary>
    public required int Turns { get; init; }

    /// <summary>What both parties spent, in US dollars.</summary>
    public required decimal CostUsd { get; init; }
}

/// <summary>What an event says of a message. The text, the checks and the artifacts are read from the thread.</summary>
public sealed record MessageHead
{
    /// <summary>Its place in the thread: 1 is the brief.</summary>
    public required int Sequence { get; init; }

    /// <summary>The sender's id for it.</summary>
    public required string MessageId { get; init; }

    /// <summary>The sender.</summary>
    public required string From { get; init; }

    /// <summary>The receiver.</summary>
    public required string To { get; init; }

    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>Whether it gives the receiver the move; a brief leaves it with the sender.</summary>
    public required bool HandsOver { get; init; }

    /// <summary>The judgement, on a verdict.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Verdict? Verdict { get; init; }

    /// <summary>The sequence that it answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InReplyTo { get; init; }

    /// <summary>How many checks it has.</summary>
    public required int Checks { get; init; }

    /// <summary>How many artifacts it has.</summary>
    public required int Artifacts { get; init; }

    /// <summary>What it cost, in US dollars; left out where it does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostUsd { get; init; }

    /// <summary>The body's hash and size; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BodyRef? Body { get; init; }

    /// <summary>The thread's MC task.</summary>
    public required string McTask { get; init; }
}

/// <summary>What an event says of a limit that is near.</summary>
public sealed record LimitHead
{
    /// <summary>The limit.</summary>
    public required LimitKind Limit { get; init; }

    /// <summary>How much of it is used: minutes, turns or US dollars.</summary>
    public required decimal Used { get; init; }

    /// <summary>How much there is of it: minutes, turns or US dollars.</summary>
    public required decimal Most { get; init; }

    /// <summary>When the thread ends by itself.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The thread's initiator.</summary>
    public required string Initiator { get; init; }

    /// <summary>The thread's responder.</summary>
    public required string Responder { get; init; }

    /// <summary>The thread's MC task.</summary>
    public required string McTask { get; init; }
}

/// <summary>A limit of a thread.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LimitKind>))]
public enum LimitKind
{
    /// <summary>The time to live.</summary>
    Ttl,

    /// <summary>The turns.</summary>
    Turns,

    /// <summary>The dollars.</summary>
    Cost,
}

/// <summary>What an event says of an agent.</summary>
public sealed record AgentHead
{
    /// <summary>The agent.</summary>
    public required string Agent { get; init; }

    /// <summary>Since when it cannot be reached, or since when it can be again.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why it cannot be reached; left out where it is back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }
}

/// <summary>What the mesh itself found in a thread and noted in its log: of no effect on the thread.</summary>
/// <param name="Limit">The limit that is near.</param>
/// <param name="At">When that was.</param>
/// <param name="After">The ordinal of the entry that it stands after.</param>
public sealed record ThreadNotice(LimitKind Limit, DateTimeOffset At, int After);
