using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>What a message is for; decides who may send it and whose move it is afterwards (DESIGN §3).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MessageKind>))]
public enum MessageKind
{
    /// <summary>What is to be done and the acceptance criteria; message 1, sent by the mesh for the initiator.</summary>
    Brief,

    /// <summary>Work, handed over by the initiator. A turn.</summary>
    Submission,

    /// <summary>One partial failure, streamed while the verifier is still at it. No turn; capped per turn.</summary>
    Finding,

    /// <summary>The responder's judgement on a submission. A turn.</summary>
    Verdict,

    /// <summary>A question to the other party. A turn.</summary>
    Question,

    /// <summary>
    /// The answer to an open question; in an advisory thread also the responder's advice on a submission. A turn.
    /// </summary>
    Answer,

    /// <summary>A remark. No turn; capped per turn together with findings.</summary>
    Note,

    /// <summary>The party whose move it is cannot answer; the body says why. A turn; ends the thread as BLOCKED.</summary>
    Failure,

    /// <summary>
    /// The initiator of an advisory thread has what it asked for. A turn; ends the thread as <see cref="EndState.Answered"/>.
    /// </summary>
    Acknowledgement,
}

/// <summary>What kinds of messages have in common.</summary>
public static class MessageKinds
{
    /// <summary>Whether a message of the kind is a turn: it takes the move, and settles what its sender reserved.</summary>
    /// <param name="kind">The kind.</param>
    public static bool IsTurn(this MessageKind kind) => kind is MessageKind.Submission or MessageKind.Verdict
        or MessageKind.Question or MessageKind.Answer or MessageKind.Failure or MessageKind.Acknowledgement;

    /// <summary>Whether a message gives the move to the other party (http-api.md, Sending).</summary>
    /// <param name="message">The message.</param>
    public static bool HandsOver(this MessageView message) => HandsOver(message.Kind, message.Verdict);

    /// <summary>Whether a message of the kind gives the move to the other party.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="verdict">The judgement, on a verdict.</param>
    public static bool HandsOver(MessageKind kind, Verdict? verdict) => kind switch
    {
        MessageKind.Submission or MessageKind.Question or MessageKind.Answer => true,
        MessageKind.Verdict => verdict == Verdict.Fail,
        _ => false,
    };
}

/// <summary>The outcome of one check.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CheckStatus>))]
public enum CheckStatus
{
    /// <summary>It holds.</summary>
    Pass,

    /// <summary>It does not hold.</summary>
    Fail,

    /// <summary>It was not tried; never counts as passed.</summary>
    Skipped,
}

/// <summary>What a <see cref="MessageKind.Verdict"/> says about the submission.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Every required criterion passed; ends the thread as PASS if the checks support it.</summary>
    Pass,

    /// <summary>Not yet; the thread stays open and the move is the initiator's.</summary>
    Fail,

    /// <summary>Good enough in part; ends the thread as PARTIAL.</summary>
    Partial,

    /// <summary>The verifier cannot judge; ends the thread as BLOCKED.</summary>
    Blocked,
}

/// <summary>What became of a send (DESIGN §3). There is no receipt that means "queued".</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ReceiptKind>))]
public enum ReceiptKind
{
    /// <summary>Durably part of the thread, at the sequence in the receipt.</summary>
    Accepted,

    /// <summary>The same message was accepted before; the receipt has the first one's sequence.</summary>
    Duplicate,

    /// <summary>Not part of the thread; the receipt says why. Sending it again will not help.</summary>
    Rejected,

    /// <summary>Not decided yet; ask again at the URL of the answer.</summary>
    Pending,
}

/// <summary>Why something that came in was rejected.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RejectReason>))]
public enum RejectReason
{
    /// <summary>The thread has ended.</summary>
    ThreadEnded,

    /// <summary>The thread is not open yet: it is starting, or held for a person.</summary>
    ThreadNotOpen,

    /// <summary>The sender is neither initiator nor responder.</summary>
    NotAParty,

    /// <summary>The other party has the move.</summary>
    NotYourTurn,

    /// <summary>This party may not send this kind, or not now.</summary>
    WrongKind,

    /// <summary>The same messageId was used by this sender with other content.</summary>
    MessageConflict,

    /// <summary>The findings and notes of this turn have reached the cap.</summary>
    FindingsCap,

    /// <summary>A pass that does not cover every required criterion, or that brings no evidence.</summary>
    UnsupportedPass,

    /// <summary><c>inReplyTo</c> names a message that does not exist.</summary>
    UnknownReply,

    /// <summary>A decision for a thread that is not held.</summary>
    NotHeld,

    /// <summary>The other party is disabled or gone; the thread ends.</summary>
    RecipientUnavailable,

    /// <summary>What the call may cost does not fit any more; the thread ends.</summary>
    CostCap,

    /// <summary>The day's budget of the sender or its company does not hold it; the thread goes on.</summary>
    DayBudget,

    /// <summary>Nobody can price it, and the policy takes in nothing without a price.</summary>
    UnpricedModel,
}
