using System.Security.Cryptography;
using DurableMesh.Core.A2A;
using DurableMesh.Functions.Agents;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>The cards by which clients of A2A find the mesh and its agents.</summary>
public sealed class A2aCardFunctions(A2aCardMaker cards, IAgentDirectory agents, IOptions<MeshOptions> options)
{
    /// <summary>The function of the mesh's public card, which needs no key and tells of no agent.</summary>
    public const string MeshCard = "A2aMeshCard";

    /// <summary><c>GET /.well-known/agent-card.json</c>: the mesh, as anybody may know it.</summary>
    [Function(MeshCard)]
    public Task<IResult> MeshAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = ".well-known/agent-card.json")] HttpRequest request)
    {
        var card = cards.OfMesh(A2aCall.AddressOf(request, options.Value.A2a), agents: []);
        return Task.FromResult<IResult>(new A2aCardAnswer(card, isPublic: true));
    }

    /// <summary>
    /// <c>GET /a2a/agents/{agent}/.well-known/agent-card.json</c>: an agent's card, for whoever may know of agents.
    /// </summary>
    [Function("A2aAgentCard")]
    public async Task<IResult> AgentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a2a/agents/{agent}/.well-known/agent-card.json")]
        HttpRequest request,
        string agent,
        CancellationToken cancellation)
    {
        var address = A2aCall.AddressOf(request, options.Value.A2a);
        var card = agent == A2aCards.Mesh
            ? cards.OfMesh(address, agents: [])
            : cards.OfAgent(await agents.ReadAsync(cancellation), agent, address);
        return new A2aCardAnswer(card, isPublic: false);
    }

    /// <summary><c>GET /a2a/agents/{agent}/extendedAgentCard</c>: the mesh's lists its agents.</summary>
    [Function("A2aExtendedCard")]
    public async Task<IResult> ExtendedAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a2a/agents/{agent}/extendedAgentCard")] HttpRequest request,
        string agent,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await A2aCall.BeginAsync(request, client, agent, agents, options.Value.A2a, cancellation);
        return new A2aCardAnswer(cards.Extended(call), isPublic: false);
    }

    /// <summary>A card, which clients keep for a minute and then ask for by its hash.</summary>
    private sealed class A2aCardAnswer(A2aCard card, bool isPublic) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var utf8 = A2aJson.Write(card);
            var etag = $"\"{Convert.ToHexStringLower(SHA256.HashData(utf8).AsSpan(0, 16))}\"";
            var headers = httpContext.Response.Headers;
            headers.ETag = etag;
            headers.CacheControl = isPublic ? "public, max-age=60" : "private, max-age=60";
            headers.Vary = isPublic ? "Host" : "Host, Authorization";
            if (httpContext.Request.Headers.IfNoneMatch.ToString() == etag)
            {
                httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            return A2aBody.WriteAsync(httpContext, A2aBody.RpcType, StatusCodes.Status200OK, utf8);
        }
    }
}
