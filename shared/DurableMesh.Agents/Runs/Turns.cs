using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Which messages hand the move over, and which kind a text is (http-api.md, Sending).</summary>
internal static class Turns
{
    /// <summary>
    /// Whether a message of this kind is a turn, after which the move is somebody's; the brief gives the first one.
    /// </summary>
    public static bool IsMove(this MessageKind kind) => kind == MessageKind.Brief || kind.IsTurn();

    /// <summary>
    /// The kind of a text that answers a message: a question gets an answer, else the initiator submits. Null where a text is no
    /// answer: text alone is never a verdict (DESIGN §4, no false PASS).
    /// </summary>
    public static MessageKind? KindOfText(AgentTurn turn, string agent) => turn.Message.Kind switch
    {
        MessageKind.Question => MessageKind.Answer,
        MessageKind.Finding => MessageKind.Note,
        MessageKind.Submission when turn.Thread.IsAdvice => MessageKind.Answer,
        MessageKind.Answer when turn.Thread.IsAdvice && agent == turn.Thread.Initiator => MessageKind.Acknowledgement,
        _ when agent == turn.Thread.Initiator => MessageKind.Submission,
        _ => null,
    };
}
