using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Authority;
using DurableMesh.Dashboard.Trust;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about who may use the mesh, and what they may say to each other.</summary>
public sealed class AuthorityPageFunctions(
    DashboardPages pages,
    AuthorityFunctions functions,
    IAuthorityDirectory authority,
    IAgentDirectory agents,
    IPolicySource policies,
    TimeProvider time)
{
    private const int InForce = -1;

    /// <summary>
    /// <c>GET /authority?version=&amp;page=&amp;history=&amp;initiator=&amp;responder=&amp;pattern=</c>: the table in force or an
    /// earlier one, and a pair explained.
    /// </summary>
    [Function(PageNames.Prefix + "Authority")]
    public async Task<IResult> AuthorityAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "authority")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "version", "page", "history", "initiator", "responder", "pattern");
        var version = query.Number("version", 0, int.MaxValue, InForce);
        var page = query.Number("page", 1, int.MaxValue / AuthorityModel.PageLength, otherwise: 1);
        var historyPage = query.Number("history", 1, int.MaxValue / AuthorityModel.HistoryLength, otherwise: 1);
        var pair = (Initiator: query.Text("initiator"), Responder: query.Text("responder"));
        var pattern = query.OneOf<Pattern>("pattern");
        query.ThrowIfWrong();
        var asked = await ExplainAsync(pair.Initiator, pair.Responder, pattern, cancellation);
        var tables = await authority.ReadAsync(cancellation);
        var current = tables.Current.Version;
        var shown = version == InForce ? tables.Current : tables.At(version)
            ?? throw new ProblemException(Problems.AuthorityVersionNotFound(version, current));
        var newest = current - ((historyPage - 1) * AuthorityModel.HistoryLength);
        return await pages.ShowAsync<AuthorityPage>(request, ("Model", new AuthorityModel(
            shown,
            current,
            page,
            ChangesOf(tables, shown.Version),
            [
                .. Enumerable.Range(0, AuthorityModel.HistoryLength).Select(n => ChangesOf(tables, newest - n))
                    .OfType<AuthorityChanges>(),
            ],
            historyPage,
            asked,
            time.GetUtcNow())));
    }

    /// <summary><c>GET /trust</c>.</summary>
    [Function(PageNames.Prefix + "Trust")]
    public async Task<IResult> TrustAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "trust")] HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var policy = policies.Current;
        var byZone = (await agents.ReadAsync(cancellation)).Agents
            .ToLookup(agent => agent.TrustZone ?? TrustMatrix.DefaultZone, agent => agent.Id);
        return await pages.ShowAsync<TrustPage>(request, ("Model", new TrustModel(
            [
                .. AgentRegistry.TrustZones.Select(zone => new TrustZone(
                    zone, byZone[zone].Count(), [.. byZone[zone].Take(TrustModel.MostNamed)])),
            ],
            policy.Trust,
            policy.Hash,
            policy.Text.ToString(),
            policies.Failure)));
    }

    private static AuthorityChanges? ChangesOf(AuthorityTables tables, int version) =>
        version > 0 && tables.At(version) is { } after && tables.At(version - 1) is { } before
            ? AuthorityChanges.Between(before, after)
            : null;

    private async Task<AskedPair> ExplainAsync(
        string? initiator, string? responder, Pattern? pattern, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var asked = new AskedPair(
            initiator,
            responder,
            pattern,
            [.. registry.Agents.Take(AuthorityModel.MostOffered).Select(agent => agent.Id)],
            Answer: null,
            Problem: null);
        if (initiator is null || responder is null)
        {
            return asked;
        }

        try
        {
            return asked with { Answer = await functions.ExplainAsync(initiator, responder, pattern, cancellation) };
        }
        catch (ProblemException unknown)
        {
            // Whoever mistyped a name finds it in the form.
            return asked with { Problem = unknown.Problem.Detail };
        }
    }
}
