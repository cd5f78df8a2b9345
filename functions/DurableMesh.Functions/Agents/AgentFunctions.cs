using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Agents;

/// <summary>The registry, and each agent's inbox, over HTTP.</summary>
public sealed class AgentFunctions(IAgentDirectory agents, IThreadLog log, ThreadMessages messages, TimeProvider time)
{
    /// <summary><c>GET /agents</c>.</summary>
    [Function("ListAgents")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "agents")] HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return new JsonAnswer<AgentsPage>(new AgentsPage([.. registry.Agents]));
    }

    /// <summary><c>GET /agents/{id}</c>; an alias will do.</summary>
    [Function("GetAgent")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var agent = await FindAsync(id, cancellation);
        return new JsonAnswer<AgentView>(agent) { Version = agent.Version };
    }

    /// <summary><c>GET /agents/{id}/inbox?after=&amp;wait=</c>: all threads' messages to one agent, long-poll.</summary>
    [Function("ReadInbox")]
    public async Task<IResult> InboxAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "agents/{id}/inbox")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var query = new Query(request, "after", "wait");
        var after = query.Cursor("after");
        var wait = query.Duration("wait", LongPoll.LongestWait);
        query.ThrowIfWrong();

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.HttpContext.RequestAborted);
        var agentId = (await FindAsync(id, either.Token)).Id;
        var found = await LongPoll.UntilAsync(
            log,
            agentId,
            () => log.ReadInboxAsync(agentId, after, ThreadMessages.PageLength, either.Token),
            some => some.Count > 0,
            wait,
            time,
            either.Token);
        var shown = await messages.ShowAsync(found, either.Token);
        var next = shown.Count > 0 ? found[shown.Count - 1].Cursor : after;
        return new JsonAnswer<InboxPage>(new InboxPage(shown, next?.ToString() ?? ""));
    }

    private async ValueTask<AgentView> FindAsync(string id, CancellationToken cancellation) =>
        (await agents.ReadAsync(cancellation)).Find(id) ?? throw new ProblemException(Problems.AgentNotFound(id));
}
