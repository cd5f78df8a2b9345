using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Surfaces;

/// <summary>Persistent agents over HTTP, for operators.</summary>
public sealed class FactoryAgentFunctions(SurfaceRequests requests, IAgentDirectory agents)
{
    private const SurfaceKind Factory = SurfaceKind.AgentFactory;

    /// <summary><c>POST /surfaces/agents</c>.</summary>
    [Function("StartFactoryAgent")]
    public async Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/surfaces/agents")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        var start = await RequestBody.ReadAsync(request, utf8 => SurfaceReader.ReadAgent(utf8, registry), cancellation);
        var by = Caller.Of(request).Subject ?? Subject.Agent(start.Agent!.Builder);
        return await requests.OpenAsync(request, start, by, client, cancellation);
    }

    /// <summary>
    /// <c>POST /surfaces/agents/{name}/tasks</c>: queues a task; the same <c>Idempotency-Key</c> with the same task is the same
    /// one.
    /// </summary>
    [Function("GiveAgentTask")]
    public async Task<IResult> GiveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/surfaces/agents/{name}/tasks")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var key = IdempotencyKey.Of(request);
        var task = await RequestBody.ReadAsync(request, SurfaceReader.ReadTask, cancellation);
        var agent = await requests.StepAsync(
            Factory,
            name,
            id => new QueueTask(id, key is null ? ThreadId.New() : ThreadId.OfTask(id, key), task),
            request,
            client,
            cancellation);
        return requests.Answer(agent, StatusCodes.Status202Accepted);
    }

    /// <summary><c>GET /surfaces/agents</c>.</summary>
    [Function("ListFactoryAgents")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/agents")] HttpRequest request,
        CancellationToken cancellation) => requests.ListAsync(Factory, request, cancellation);

    /// <summary><c>GET /surfaces/agents/{name}</c>: its queue, its context, its runs and what they cost.</summary>
    [Function("GetFactoryAgent")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/agents/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => requests.GetAsync(Factory, name, request, client, cancellation);

    /// <summary><c>GET /surfaces/agents/{name}/evidence</c>.</summary>
    [Function("GetFactoryAgentEvidence")]
    public Task<IResult> EvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/agents/{name}/evidence")] HttpRequest request,
        string name,
        CancellationToken cancellation) => requests.EvidenceAsync(Factory, name, request, cancellation);

    /// <summary>
    /// <c>DELETE /surfaces/agents/{name}?now=</c>: ends it after the task that runs; with <c>now</c> cancels that one.
    /// </summary>
    [Function("EndFactoryAgent")]
    public Task<IResult> EndAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/surfaces/agents/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => requests.StopAsync(Factory, name, request, client, cancellation);
}
