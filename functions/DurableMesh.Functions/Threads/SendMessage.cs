using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Sends messages over HTTP, each accepted once however often it is sent.</summary>
public sealed class SendMessage(IAgentDirectory agents, ThreadFinder threads, MessageDelivery delivery)
{
    /// <summary><c>POST /threads/{id}/messages</c>.</summary>
    [Function(nameof(SendMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads/{id}/messages")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadSendMessage, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var from = registry.SpeakerOf(request, asked.From);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        var receipt = thread.IsParty(from)
            ? await delivery.SendAsync(client, thread, asked with { From = from }, registry, cancellation)
            : Receipts.NotAParty(thread, from) with { MessageId = asked.MessageId };
        return Receipts.Answer(receipt, pendingAt: $"{request.PathBase}{request.Path}?after={thread.Messages}");
    }
}
