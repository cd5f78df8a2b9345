using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// A question that asks for no more than a sign that it arrives: its body is an object with <c>"acknowledge": true</c>. The mesh
/// answers it by itself, and marks the answer as plumbing: nobody thought about it, so it is no advice and never a verdict.
/// </summary>
internal static class SignOfLife
{
    /// <summary>The longest body that is looked at, in bytes.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Whether a message asks for it.</summary>
    /// <param name="message">The message.</param>
    public static bool IsAskedFor(MessageView message)
    {
        if (message is not { Kind: MessageKind.Question, Body: { Size: <= MaxBytes } body } || !body.Text.StartsWith('{'))
        {
            return false;
        }

        using var document = JsonDocument.Parse(body.Text);
        return document.RootElement.TryGetProperty("acknowledge", out var asked) && asked.ValueKind == JsonValueKind.True;
    }

    /// <summary>The acknowledgement.</summary>
    /// <param name="to">The message.</param>
    /// <param name="adapter">How the mesh reaches the agent.</param>
    public static SendMessageRequest Of(ReplyTo to, AgentAdapter adapter) => new()
    {
        MessageId = ReplyOrchestrator.MessageIdOf(to),
        From = to.Agent,
        Kind = MessageKind.Answer,
        InReplyTo = to.Sequence,
        Plumbing = true,
        Body = JsonText.OfString(
            $"The mesh acknowledges for {to.Agent}, which it reaches by {adapter}. The agent itself was not asked."),
    };
}
