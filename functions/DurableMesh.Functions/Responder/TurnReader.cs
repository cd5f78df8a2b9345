using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.Responder;

/// <summary>Reads from the store whether a message is one to answer, and all that is needed to answer it.</summary>
public sealed class TurnReader(IThreadLog log, ThreadMessages messages, IAgentDirectory agents)
{
    /// <summary>The longest thread that is read whole, in bytes of its bodies.</summary>
    private const long MaxBytes = 8 * 1024 * 1024;

    /// <summary>The turn that answers a message, or why there is none to take.</summary>
    /// <param name="of">The message and its recipient.</param>
    /// <param name="refused">What was wrong with the answer before; null where there was none.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<PendingTurn> ReadAsync(ReplyTo of, Refusal? refused, CancellationToken cancellation)
    {
        if (await log.FindAsync(of.ThreadId, cancellation) is not { View: { State: ThreadPhase.Open } thread })
        {
            return PendingTurn.None("the thread is not open");
        }

        if (thread.Awaiting != of.Agent)
        {
            return PendingTurn.None($"the move is {thread.Awaiting}'s");
        }

        if ((await agents.ReadAsync(cancellation)).Find(of.Agent) is not { Enabled: true } agent || agent.Id != of.Agent)
        {
            return PendingTurn.None($"{of.Agent} is disabled, or gone");
        }

        var stored = await AllAsync(of.ThreadId, cancellation);
        if (stored.Sum(one => (long)(one.Accepted.Message.Body?.Size ?? 0)) > MaxBytes)
        {
            return PendingTurn.None("the thread is too long to be sent to anybody") with { IsHopeless = true };
        }

        var all = await ShowAsync(stored, cancellation);
        if (all.FirstOrDefault(one => one.Sequence == of.Sequence) is not { } message
            || !IsForHim(message, of.Agent)
            || all.Any(one => one.Sequence > of.Sequence && one.Kind.IsTurn()))
        {
            return PendingTurn.None("the message is none to answer, or is answered");
        }

        MessageView[] heard = [.. all.TakeWhile(one => one.Sequence <= of.Sequence)];
        var mine = heard.LastOrDefault(one => one.From == of.Agent && one.Kind.IsMove())?.Sequence ?? 0;
        MessageView[] since = [.. heard.Where(one =>
            one.From != of.Agent && one.Sequence > mine && one.Kind != MessageKind.Brief)];
        var turn = new AgentTurn(thread, all[0], message, since, refused);
        return new PendingTurn(new AdapterCall(agent, turn, heard, IdempotencyKeyOf(of, refused)), Why: null);
    }

    /// <summary>A note is never answered, nor is a finding; and of the brief the initiator makes the first move.</summary>
    private static bool IsForHim(MessageView message, string agent) => message.Kind switch
    {
        MessageKind.Brief => message.From == agent,
        MessageKind.Finding or MessageKind.Note => false,
        _ => message.To == agent,
    };

    // A question that says what was wrong with the last answer is another question.
    private static string IdempotencyKeyOf(ReplyTo of, Refusal? refused) =>
        $"{ReplyOrchestrator.InstanceOf(of)}{(refused is null ? "" : ":again")}";

    private async Task<List<StoredMessage>> AllAsync(string threadId, CancellationToken cancellation)
    {
        List<StoredMessage> all = [];
        while (true)
        {
            var after = all.Count == 0 ? 0 : all[^1].Accepted.Message.Sequence;
            var page = await log.ReadMessagesAsync(threadId, after, ThreadMessages.PageLength, cancellation);
            if (page.Count == 0)
            {
                return all;
            }

            all.AddRange(page);
        }
    }

    private async Task<List<MessageView>> ShowAsync(List<StoredMessage> stored, CancellationToken cancellation)
    {
        List<MessageView> all = [];
        while (all.Count < stored.Count)
        {
            all.AddRange(await messages.ShowAsync(stored[all.Count..], cancellation));
        }

        return all;
    }
}

/// <summary>A turn that waits for its agent, or none.</summary>
/// <param name="Call">The call that asks for it; null where there is nothing to answer.</param>
/// <param name="Why">Why there is nothing.</param>
public sealed record PendingTurn(AdapterCall? Call, string? Why)
{
    /// <summary>Whether there is something to answer that nobody can.</summary>
    public bool IsHopeless { get; init; }

    /// <summary>There is nothing to answer.</summary>
    /// <param name="why">Why.</param>
    public static PendingTurn None(string why) => new(null, why);
}
