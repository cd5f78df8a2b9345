using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>A line that a command printed is meant as a message, but is none.</summary>
internal sealed class BadReplyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Reads what a command prints. A line that begins with <c>{</c> is a message; every other line is plain text, which is gathered
/// and sent as one message when the command has ended.
/// </summary>
internal static class ReplyLine
{
    private static readonly JsonSerializerOptions Strict = new(CliJson.Context.Options)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Reads a line; null where it is plain text.</summary>
    /// <exception cref="BadReplyException">It looks like a message and is none.</exception>
    public static AgentReply? Read(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<AgentReply>(line, Strict);
        }
        catch (JsonException malformed)
        {
            throw new BadReplyException(
                $"This line of the command's output is no message: {malformed.Message}\n  {Shorten(line)}", malformed);
        }
    }

    /// <summary>
    /// What plain text is, by what it answers: a question gets an answer; the initiator's text after a brief, a verdict or an
    /// answer is a submission. Anything else is a note: text alone is never a verdict (DESIGN §4, no false PASS).
    /// </summary>
    public static MessageKind KindOfText(AgentTurn turn, string agent) => turn.Message.Kind switch
    {
        MessageKind.Question => MessageKind.Answer,
        MessageKind.Brief or MessageKind.Verdict or MessageKind.Answer when agent == turn.Thread.Initiator =>
            MessageKind.Submission,
        _ => MessageKind.Note,
    };

    private static string Shorten(string line) => line.Length <= 200 ? line : line[..200] + "…";
}
