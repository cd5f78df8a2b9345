using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Mcp.Tools;

/// <summary>Says what the agent says: to the mesh, or to the runner that sends it.</summary>
internal sealed class Mouth(Desk desk, RunnerChannel? channel)
{
    /// <summary>Says it once, however often it is called with it in one turn.</summary>
    public async Task<SaidAnswer> SayAsync(string? thread, AgentReply reply, CancellationToken cancellation)
    {
        var id = desk.Allowed(thread);
        if (channel is not null)
        {
            return new SaidAnswer
            {
                Outcome = await channel.WriteAsync(reply, cancellation) ? SaidOutcome.Recorded : SaidOutcome.Duplicate,
                ThreadId = id,
                NextStep = reply.Kind is MessageKind.Finding or MessageKind.Note
                    ? "Go on."
                    : "The runner sends it when this run ends well. End the run now.",
            };
        }

        var move = desk.LastHandOver(await desk.MessagesAsync(id, 0, cancellation))?.Sequence;
        var receipt = await desk.Mesh.SendAsync(
            id,
            JsonSerializer.SerializeToUtf8Bytes(
                new SendMessageRequest
                {
                    MessageId = MessageIds.Of(id, move ?? 0, reply),
                    From = desk.Agent,
                    Kind = reply.Kind,
                    Body = reply.Body,
                    Checks = reply.Checks,
                    Artifacts = reply.Artifacts,
                    Verdict = reply.Verdict,
                    Usage = reply.Usage,
                    InReplyTo = reply.InReplyTo ?? move,
                },
                MeshJson.Options),
            cancellation);
        return receipt.Kind is ReceiptKind.Accepted or ReceiptKind.Duplicate
            ? new SaidAnswer
            {
                Outcome = receipt.Kind == ReceiptKind.Accepted ? SaidOutcome.Accepted : SaidOutcome.Duplicate,
                ThreadId = id,
                Sequence = receipt.Sequence,
                ThreadState = receipt.ThreadState,
                NextStep = receipt.ThreadState == ThreadPhase.Ended ? "The thread has ended; status says how."
                    : reply.Kind is MessageKind.Finding or MessageKind.Note ? "Go on."
                    : "The other party has the move: wait_for_move.",
            }
            : throw new RefusedException(Refusals.Of(receipt));
    }
}
