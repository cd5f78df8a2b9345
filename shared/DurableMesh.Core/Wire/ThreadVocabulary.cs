using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>The narrow uses of the mesh (DESIGN §5), and the one that the sequential surfaces beside it are made of.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<Pattern>))]
public enum Pattern
{
    /// <summary>A builder and the verifier of its work.</summary>
    BuilderVerifier,

    /// <summary>A pair on two devices.</summary>
    CrossDevice,

    /// <summary>A distiller and a comparator.</summary>
    Distillation,

    /// <summary>Advice or verification across companies.</summary>
    Advisory,

    /// <summary>No use of the mesh: one run of a specialist and one check of its work, for the sequential surfaces.</summary>
    Sequential,
}

/// <summary>The task's priority.</summary>
[JsonConverter(typeof(UpperCaseEnumConverter<Priority>))]
public enum Priority
{
    /// <summary>Medium; the default, hence first.</summary>
    M,

    /// <summary>High.</summary>
    H,

    /// <summary>Low.</summary>
    L,
}

/// <summary>Where a thread is in its life; <c>state</c> on the wire (DESIGN §4).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ThreadPhase>))]
public enum ThreadPhase
{
    /// <summary>Created; the gate has not spoken.</summary>
    Starting,

    /// <summary>The gate waits for a person.</summary>
    Held,

    /// <summary>The dialogue runs.</summary>
    Open,

    /// <summary>Over, with an <see cref="EndState"/> and an <see cref="EndReason"/>; stays so.</summary>
    Ended,
}

/// <summary>How a thread ended.</summary>
[JsonConverter(typeof(UpperCaseEnumConverter<EndState>))]
public enum EndState
{
    /// <summary>The responder verified every required criterion.</summary>
    Pass,

    /// <summary>Part of it holds.</summary>
    Partial,

    /// <summary>It did not come to a result.</summary>
    Blocked,

    /// <summary>An advisory thread: its initiator has the answer that it asked for. Nothing was verified.</summary>
    Answered,
}

/// <summary>Why a thread ended (DESIGN §4).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<EndReason>))]
public enum EndReason
{
    /// <summary>PASS: a supported pass of the responder.</summary>
    Verified,

    /// <summary>PARTIAL: the responder's verdict.</summary>
    PartiallyVerified,

    /// <summary>The gate, or a person, denied it.</summary>
    GateDenied,

    /// <summary>Nobody decided before the deadline.</summary>
    GateExpired,

    /// <summary>The pair may not use the mesh.</summary>
    NotAuthorized,

    /// <summary>The trust zones do not allow it.</summary>
    TrustDenied,

    /// <summary>Limit: the time to live ran out.</summary>
    TtlExpired,

    /// <summary>Limit: the turns ran out.</summary>
    MaxTurns,

    /// <summary>Limit: the settled cost exceeds the cap.</summary>
    CostCap,

    /// <summary>Limit: the failing checks did not get fewer for too many rounds.</summary>
    NoProgress,

    /// <summary>The responder's verdict was <see cref="Verdict.Blocked"/>.</summary>
    VerifierBlocked,

    /// <summary>An agent could not be reached, or said that it cannot answer (<see cref="MessageKind.Failure"/>).</summary>
    AgentUnreachable,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>The mesh itself failed.</summary>
    InternalError,

    /// <summary>ANSWERED: advice was given, and its initiator acknowledged it.</summary>
    AdviceAcknowledged,

    /// <summary>ANSWERED: all answers came from the wiring (<see cref="MessageView.Plumbing"/>), none is advice.</summary>
    PlumbingOnly,
}

/// <summary>What a person decides about a held thread.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<HoldDecision>))]
public enum HoldDecision
{
    /// <summary>Let it run.</summary>
    Approve,

    /// <summary>End it as BLOCKED/<see cref="EndReason.GateDenied"/>.</summary>
    Deny,
}
