using System.Security.Cryptography;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Identity;

/// <summary>Keys over HTTP: issued, listed, rotated and revoked by operators. A key is in one answer, and nowhere else.</summary>
public sealed class KeyFunctions(IKeyDirectory keys, IAgentDirectory agents)
{
    private static readonly Scope[] ScopesOfAgents = [Scope.Read, Scope.Send];

    /// <summary><c>POST /agents/{id}/keys</c>: a key that speaks as the agent.</summary>
    [Function("IssueAgentKey")]
    public async Task<IResult> IssueForAgentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/agents/{id}/keys")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var asked = await ReadAsync(request, KeyRequestReader.ReadForAgent, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var agent = registry.Demand(id);
        return await IssueAsync(
            request,
            fresh => new KeyIssued(
                fresh.Id,
                fresh.SecretHash,
                Subject.Agent(agent.Id),
                asked.Scopes ?? ScopesOfAgents,
                asked.Lifetime,
                registry.IncarnationOf(agent.Id)),
            cancellation);
    }

    /// <summary><c>POST /keys</c>: a key for an operator.</summary>
    [Function("IssueOperatorKey")]
    public async Task<IResult> IssueForOperatorAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/keys")] HttpRequest request,
        CancellationToken cancellation)
    {
        var asked = await ReadAsync(request, KeyRequestReader.ReadForOperator, cancellation);
        return await IssueAsync(
            request,
            fresh => new KeyIssued(
                fresh.Id,
                fresh.SecretHash,
                Subject.Operator(asked.Operator!),
                asked.Scopes ?? Enum.GetValues<Scope>(),
                asked.Lifetime),
            cancellation);
    }

    /// <summary><c>GET /agents/{id}/keys</c>: an agent's keys, without their secrets.</summary>
    [Function("ListAgentKeys")]
    public async Task<IResult> ListOfAgentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/agents/{id}/keys")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        // Also of an agent that is gone: its keys may be looked at still.
        var subject = Subject.Agent((await agents.ReadAsync(cancellation)).Resolve(id));
        Caller.Of(request).MustReadAs(subject.Name);
        return await ListAsync(request, key => key.Subject == subject, cancellation);
    }

    /// <summary><c>GET /keys</c>: all keys that the caller may know of, without their secrets.</summary>
    [Function("ListKeys")]
    public Task<IResult> ListAllAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/keys")] HttpRequest request,
        CancellationToken cancellation)
    {
        var caller = Caller.Of(request);
        return ListAsync(request, key => caller.Subject is not { IsAgent: true } agent || key.Subject == agent, cancellation);
    }

    /// <summary><c>DELETE /keys/{keyId}</c>: the key works no more, from now on.</summary>
    [Function("RevokeKey")]
    public async Task<IResult> RevokeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/keys/{keyId}")] HttpRequest request,
        string keyId,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await ChangeAsync(request, new KeyRevoked(keyId), cancellation);
        return Results.NoContent();
    }

    /// <summary><c>POST /keys/{keyId}/rotate</c>: a new key in place of one that works for a while still.</summary>
    [Function("RotateKey")]
    public async Task<IResult> RotateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/keys/{keyId}/rotate")] HttpRequest request,
        string keyId,
        CancellationToken cancellation)
    {
        var asked = await ReadAsync(request, KeyRequestReader.ReadRotate, cancellation);
        var fresh = NewKey();
        return Show(
            request,
            fresh,
            await ChangeAsync(request, new KeyRotated(keyId, fresh.Id, fresh.SecretHash, asked.Overlap), cancellation));
    }

    private static KeyText NewKey() =>
        KeyText.Of(RandomNumberGenerator.GetBytes(KeyText.IdBytes), RandomNumberGenerator.GetBytes(KeyText.SecretBytes));

    private static async Task<T> ReadAsync<T>(
        HttpRequest request, Func<ReadOnlyMemory<byte>, ReadResult<T>> reader, CancellationToken cancellation)
        where T : class
    {
        new Query(request).ThrowIfWrong();
        return await RequestBody.ReadAsync(request, reader, cancellation);
    }

    private async Task<IResult> IssueAsync(
        HttpRequest request, Func<KeyText, KeyIssued> issue, CancellationToken cancellation)
    {
        var fresh = NewKey();
        return Show(request, fresh, await ChangeAsync(request, issue(fresh), cancellation));
    }

    private static JsonAnswer<KeyView> Show(HttpRequest request, KeyText fresh, KeyRing ring)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return new JsonAnswer<KeyView>(
            KeyView.Of(ring.Find(fresh.Id)!) with { Key = fresh.Reveal() }, StatusCodes.Status201Created);
    }

    private async Task<IResult> ListAsync(HttpRequest request, Func<AccessKey, bool> wanted, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var ring = await keys.ReadAsync(cancellation);
        return new JsonAnswer<KeysPage>(new KeysPage([.. ring.Keys.Where(wanted).Select(KeyView.Of)]));
    }

    private async Task<KeyRing> ChangeAsync(HttpRequest request, KeyChange change, CancellationToken cancellation)
    {
        var result = await keys.ChangeAsync(change, Caller.Of(request).ToString(), cancellation);
        return result.OrThrow();
    }
}
