using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Authority;

/// <summary>The authority table over HTTP.</summary>
public sealed class AuthorityFunctions(IAuthorityDirectory authority, IAgentDirectory agents, TimeProvider time)
{
    private const int InForce = -1;

    /// <summary><c>GET /authority?version=</c>: the table in force, or an earlier one.</summary>
    [Function("GetAuthority")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/authority")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "version");
        var version = query.Number("version", 0, int.MaxValue, InForce);
        query.ThrowIfWrong();
        var tables = await authority.ReadAsync(cancellation);
        return version == InForce
            ? Answer(tables.Current)
            : Answer(tables.At(version) ?? throw new ProblemException(
                Problems.AuthorityVersionNotFound(version, tables.Current.Version)));
    }

    /// <summary><c>PUT /authority</c>: replaces all rows; <c>If-Match</c> says which version they were made for.</summary>
    [Function("PutAuthority")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/authority")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request)
            ?? throw new ProblemException(Problems.VersionRequired("The authority table"));
        var asked = await RequestBody.ReadAsync(request, AuthorityReader.ReadPut, cancellation);
        var by = Caller.Of(request).NameOrOperator(asked.By);
        var result = await authority.ChangeAsync(new AuthorityChange(asked.Rows, expected), by, cancellation);
        return Answer(result.OrThrow().Current);
    }

    /// <summary>
    /// <c>GET /authority/explain?initiator=&amp;responder=&amp;pattern=</c>: which row decides and why, for one pattern or all.
    /// </summary>
    [Function("ExplainAuthority")]
    public async Task<IResult> ExplainAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/authority/explain")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "initiator", "responder", "pattern");
        var names = (Initiator: query.Required("initiator"), Responder: query.Required("responder"));
        var pattern = query.OneOf<Pattern>("pattern");
        query.ThrowIfWrong();
        return new JsonAnswer<AuthorityExplanations>(
            await ExplainAsync(names.Initiator, names.Responder, pattern, cancellation));
    }

    /// <summary>What the table in force says of a pair, for one pattern or all.</summary>
    internal async Task<AuthorityExplanations> ExplainAsync(
        string initiatorName, string responderName, Pattern? pattern, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var (initiator, responder) = (registry.Demand(initiatorName), registry.Demand(responderName));
        var table = (await authority.ReadAsync(cancellation)).Current;
        var now = time.GetUtcNow();
        Pattern[] patterns = pattern is { } one ? [one] : [.. Enum.GetValues<Pattern>().Except([Pattern.Sequential])];
        return new AuthorityExplanations(
            initiator.Id,
            responder.Id,
            table.Version,
            [.. patterns.Select(each => table.Explain(each, initiator, responder, now))]);
    }

    private static JsonAnswer<AuthorityTable> Answer(AuthorityTable table) =>
        new(table) { Version = table.Version == 0 ? null : table.Version };
}
