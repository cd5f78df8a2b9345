using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Agents;

/// <summary>Each agent's inbox over HTTP: all threads' messages to it.</summary>
public sealed class ReadInbox(
    IAgentDirectory agents, AgentPresence presence, IThreadLog log, ThreadMessages messages, TimeProvider time)
{
    /// <summary><c>GET /agents/{id}/inbox?after=&amp;wait=</c>, long-poll; an alias will do.</summary>
    [Function(nameof(ReadInbox))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/agents/{id}/inbox")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var query = new Query(request, "after", "wait");
        var after = query.Cursor("after");
        var wait = query.Duration("wait", LongPoll.LongestWait);
        query.ThrowIfWrong();

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.HttpContext.RequestAborted);
        var agentId = await ReceiverAsync(id, either.Token);
        Caller.Of(request).MustReadAs(agentId);
        using var attending = presence.Attend(agentId);
        var found = await LongPoll.UntilAsync(
            log,
            agentId,
            () => log.ReadInboxAsync(agentId, after, ThreadMessages.PageLength, either.Token),
            some => some.Count > 0,
            wait,
            time,
            either.Token);

        // Who was disabled or deleted while it waited receives no more.
        await ReceiverAsync(agentId, either.Token);
        var shown = await messages.ShowAsync(found, either.Token);
        var next = shown.Count > 0 ? found[shown.Count - 1].Cursor : after;
        return new JsonAnswer<InboxPage>(new InboxPage(shown, next?.ToString() ?? ""));
    }

    private async ValueTask<string> ReceiverAsync(string id, CancellationToken cancellation)
    {
        var agent = (await agents.ReadAsync(cancellation)).Demand(id);
        return agent.Enabled ? agent.Id : throw new ProblemException(Problems.AgentDisabled(id));
    }
}
