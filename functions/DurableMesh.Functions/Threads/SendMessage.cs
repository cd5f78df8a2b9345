using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Sends messages over HTTP, each accepted once however often it is sent.</summary>
public sealed class SendMessage(
    IThreadLog log,
    IBodyStore bodies,
    IAgentDirectory agents,
    MessageScreening screening,
    CallBudgets budgets,
    ThreadFinder threads,
    ThreadInbox inbox)
{
    /// <summary><c>POST /threads/{id}/messages</c>.</summary>
    [Function(nameof(SendMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "threads/{id}/messages")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadSendMessage, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var from = registry.SpeakerOf(request, asked.From);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        if (!thread.IsParty(from))
        {
            return Receipts.Answer(Receipts.NotAParty(thread, from) with { MessageId = asked.MessageId });
        }

        var (incoming, body) = await screening.ScreenAsync(thread, asked with { From = from }, cancellation);

        var receipt = await AnswerFromStoreAsync(thread, incoming, cancellation);
        if (receipt is null)
        {
            await StoreBodyAsync(incoming, body, cancellation);
            using var claim = await budgets.AskAsync(thread, incoming, registry, cancellation);
            var input = Unavailable(thread, from, registry)
                ?? (InboxInput)new MessageArrived(incoming with { Budgets = claim.Budgets });
            receipt = await inbox.PostAsync(client, id, input, cancellation) ?? Receipts.Pending(thread);
        }

        return Receipts.Answer(
            receipt with { MessageId = incoming.MessageId },
            pendingAt: $"{request.PathBase}{request.Path}?after={thread.Messages}");
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

    private async ValueTask StoreBodyAsync(IncomingMessage incoming, JsonText? body, CancellationToken cancellation)
    {
        if (body is not null && incoming.Body is { Inline: null } large)
        {
            await bodies.StoreAsync(large.Sha256, body.ToUtf8(), cancellation);
        }
    }
}
