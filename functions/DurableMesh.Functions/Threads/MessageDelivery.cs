using DurableMesh.Core.Agents;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Brings a party's message into its thread, whichever way the party was reached.</summary>
public sealed class MessageDelivery(
    IThreadLog log, IBodyStore bodies, MessageScreening screening, CallBudgets budgets, ThreadInbox inbox)
{
    /// <summary>Screens a message, and stores what does not travel with it: what may be kept, and nothing else.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="asked">The message, of a party of the thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<IncomingMessage> PrepareAsync(
        ThreadView thread, SendMessageRequest asked, CancellationToken cancellation)
    {
        var screened = await screening.ScreenAsync(thread, asked, cancellation);
        await StoreBodyAsync(screened, cancellation);
        return screened.Message;
    }

    /// <summary>Sends a message as its sender wrote it.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="asked">The message, of a party of the thread.</param>
    /// <param name="registry">The agents.</param>
    /// <param name="cancellation">Stops waiting; the message may still come in.</param>
    public async Task<Receipt> SendAsync(
        DurableTaskClient client,
        ThreadView thread,
        SendMessageRequest asked,
        AgentRegistry registry,
        CancellationToken cancellation)
    {
        var screened = await screening.ScreenAsync(thread, asked, cancellation);
        var receipt = await AnswerFromStoreAsync(thread, screened.Message, cancellation);
        if (receipt is null)
        {
            await StoreBodyAsync(screened, cancellation);
            receipt = await PostAsync(client, thread, screened.Message, registry, cancellation);
        }

        return receipt with { MessageId = asked.MessageId };
    }

    /// <summary>Delivers a message that was prepared.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="incoming">The message.</param>
    /// <param name="registry">The agents.</param>
    /// <param name="cancellation">Stops waiting; the message may still come in.</param>
    public async Task<Receipt> DeliverAsync(
        DurableTaskClient client,
        ThreadView thread,
        IncomingMessage incoming,
        AgentRegistry registry,
        CancellationToken cancellation) =>
        await AnswerFromStoreAsync(thread, incoming, cancellation)
            ?? await PostAsync(client, thread, incoming, registry, cancellation);

    private async Task<Receipt> PostAsync(
        DurableTaskClient client,
        ThreadView thread,
        IncomingMessage incoming,
        AgentRegistry registry,
        CancellationToken cancellation)
    {
        using var claim = await budgets.AskAsync(thread, incoming, registry, cancellation);
        var input = Unavailable(thread, incoming.From, registry)
            ?? (InboxInput)new MessageArrived(incoming with { Budgets = claim.Budgets });
        return await inbox.PostAsync(client, thread.ThreadId, input, cancellation) ?? Receipts.Pending(thread);
    }

    /// <summary>
    /// The orchestration remembers the newest messages only; the store remembers all, and knows what has ended. Null when only
    /// the orchestration can tell.
    /// </summary>
    private async ValueTask<Receipt?> AnswerFromStoreAsync(
        ThreadView thread, IncomingMessage incoming, CancellationToken cancellation)
    {
        var known = await log.FindMessageAsync(thread.ThreadId, incoming.From, incoming.MessageId, cancellation);
        if (known is { Accepted.Message: var first } && first.ContentHash == incoming.ContentHash)
        {
            return Receipts.Duplicate(thread, first.Sequence);
        }

        return thread.State == ThreadPhase.Ended ? Receipts.ThreadEnded(thread)
            : known is not null ? Receipts.Conflict(thread, known.Accepted.Message.Sequence)
            : null;
    }

    /// <summary>What the thread hears instead of a message whose recipient may not receive it.</summary>
    private static PartyUnavailable? Unavailable(ThreadView thread, string from, AgentRegistry registry)
    {
        var to = from == thread.Initiator ? thread.Responder : thread.Initiator;
        return registry.Find(to) switch
        {
            { Enabled: true } => null,
            null => new PartyUnavailable(to, $"'{to}' is not in the agent registry any more; nothing can be delivered to it."),
            _ => new PartyUnavailable(to, $"'{to}' is disabled; nothing is delivered to it."),
        };
    }

    private async ValueTask StoreBodyAsync(ScreenedMessage screened, CancellationToken cancellation)
    {
        if (screened is { Body: { } body, Message.Body: { Inline: null } large })
        {
            await bodies.StoreAsync(large.Sha256, body.ToUtf8(), cancellation);
        }
    }
}
