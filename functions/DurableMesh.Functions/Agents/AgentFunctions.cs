using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Agents;

/// <summary>The agents of the registry over HTTP.</summary>
public sealed class AgentFunctions(
    IAgentDirectory agents,
    AgentPresence presence,
    ILeaseStore leases,
    AgentReaches reaches,
    AddressGuard guard,
    TaskHubCalls hub)
{
    /// <summary><c>GET /agents</c>.</summary>
    [Function("ListAgents")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/agents")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return new JsonAnswer<AgentsPage>(new AgentsPage(await ReadAsync(cancellation)));
    }

    /// <summary>All agents with what is known of them now.</summary>
    internal async Task<IReadOnlyList<AgentView>> ReadAsync(CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var (atWork, reach) = (await AtWorkAsync(cancellation), await reaches.ReadAsync(cancellation));
        return [.. registry.Agents.Select(agent => Show(agent, atWork, reach))];
    }

    /// <summary><c>GET /agents/{id}</c>; an alias will do.</summary>
    [Function("GetAgent")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return await AnswerAsync(registry.Demand(id), StatusCodes.Status200OK, cancellation);
    }

    /// <summary>An agent, by its id or an alias, with what is known of it now.</summary>
    internal async Task<AgentView> FindAsync(string id, CancellationToken cancellation)
    {
        var agent = (await agents.ReadAsync(cancellation)).Demand(id);
        return Show(agent, await AtWorkAsync(cancellation), await reaches.ReadAsync(cancellation));
    }

    /// <summary><c>PUT /agents/{id}</c>; <c>If-Match</c> and <c>If-None-Match: *</c> guard it.</summary>
    [Function("PutAgent")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/agents/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request);
        var asked = await RequestBody.ReadAsync(request, utf8 => RegistryReader.ReadAgent(utf8, id), cancellation);
        if (asked.Adapter?.Url is { } url && await guard.ObjectionAsync(new Uri(url), cancellation) is { } objection)
        {
            throw new ProblemException(Problems.InvalidRequest("adapter.url", "address_refused", objection));
        }

        var known = (await agents.ReadAsync(cancellation)).Find(id);
        var registry = await agents.DemandAsync(request, new PutAgent(asked, expected), cancellation);
        var agent = registry.Find(id)!;
        await AnswerWaitingAsync(client, known, agent, cancellation);
        return await AnswerAsync(
            agent, known is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, cancellation);
    }

    /// <summary><c>DELETE /agents/{id}</c>; <c>If-Match</c> guards it.</summary>
    [Function("DeleteAgent")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await agents.DemandAsync(request, new DeleteAgent(id, Preconditions.ExpectedVersion(request)), cancellation);
        return Results.NoContent();
    }

    /// <summary>
    /// Has what waits for the agent answered if the mesh calls it. A start that failed is made up for by the same request, sent
    /// again.
    /// </summary>
    private async ValueTask AnswerWaitingAsync(
        DurableTaskClient client, AgentView? before, AgentView agent, CancellationToken cancellation)
    {
        if (agent is { Enabled: true, Adapter.IsServerSide: true })
        {
            var waiting = new WaitingFor(agent.Id, before is not { Enabled: true } || before.Adapter != agent.Adapter);
            await hub.TryStartAsync(
                client, nameof(WaitingReplies), WaitingReplies.InstanceOf(agent), waiting, cancellation, mayHaveEnded: true);
        }
    }

    private async ValueTask<JsonAnswer<AgentView>> AnswerAsync(AgentView agent, int status, CancellationToken cancellation) =>
        new(Show(agent, await AtWorkAsync(cancellation), await reaches.ReadAsync(cancellation)), status)
        {
            Version = agent.Version,
        };

    /// <summary>An agent that the mesh calls is there as long as the calls arrive.</summary>
    private AgentView Show(AgentView agent, ILookup<string, LeaseView> atWork, AgentReach reach)
    {
        var (seen, away) = (presence.Show(agent), reach.Find(agent.Id));
        return seen with
        {
            AtWork = AgentWork.Of(atWork[agent.Id]),
            Reachable = away is null && (seen.Reachable || agent.Adapter is { IsServerSide: true }),
            Unreachable = away?.Why,
        };
    }

    private async ValueTask<ILookup<string, LeaseView>> AtWorkAsync(CancellationToken cancellation) =>
        (await leases.AtWorkAsync(cancellation)).SelectMany(thread => thread).ToLookup(lease => lease.Agent);
}
