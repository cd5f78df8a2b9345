using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Agents;

/// <summary>The agents of the registry over HTTP.</summary>
public sealed class AgentFunctions(IAgentDirectory agents, AgentPresence presence)
{
    /// <summary><c>GET /agents</c>.</summary>
    [Function("ListAgents")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents")] HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return new JsonAnswer<AgentsPage>(new AgentsPage([.. registry.Agents.Select(presence.Show)]));
    }

    /// <summary><c>GET /agents/{id}</c>; an alias will do.</summary>
    [Function("GetAgent")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return Answer(registry.Demand(id));
    }

    /// <summary><c>PUT /agents/{id}</c>; <c>If-Match</c> and <c>If-None-Match: *</c> guard it.</summary>
    [Function("PutAgent")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request);
        var asked = await RequestBody.ReadAsync(request, utf8 => RegistryReader.ReadAgent(utf8, id), cancellation);
        var known = (await agents.ReadAsync(cancellation)).Find(id) is not null;
        var registry = await agents.DemandAsync(request, new PutAgent(asked, expected), cancellation);
        return Answer(registry.Find(id)!, known ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    /// <summary><c>DELETE /agents/{id}</c>; <c>If-Match</c> guards it.</summary>
    [Function("DeleteAgent")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await agents.DemandAsync(request, new DeleteAgent(id, Preconditions.ExpectedVersion(request)), cancellation);
        return Results.NoContent();
    }

    private JsonAnswer<AgentView> Answer(AgentView agent, int status = StatusCodes.Status200OK) =>
        new(presence.Show(agent), status) { Version = agent.Version };
}
