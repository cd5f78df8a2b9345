using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Ledger;

/// <summary>The mesh in numbers, over HTTP.</summary>
public sealed class LedgerFunctions(IMeshLedger ledger, IAgentDirectory agents, OverdueThreads overdue)
{
    private const int DefaultPageLength = 50;
    private const int LongestPage = 500;

    /// <summary><c>GET /stats</c>.</summary>
    [Function("GetStats")]
    public async Task<IResult> StatsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/stats")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await overdue.EndAsync(client, cancellation);
        await ledger.RefreshAsync(cancellation);
        return new JsonAnswer<MeshStats>(ledger.Stats(await agents.ReadAsync(cancellation)));
    }

    /// <summary><c>GET /costs?by=&amp;from=&amp;to=&amp;limit=&amp;cursor=</c>.</summary>
    [Function("GetCosts")]
    public async Task<IResult> CostsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/costs")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "by", "from", "to", "limit", "cursor");
        var asked = new CostQuery(
            query.OneOf<CostGrouping>("by") ?? CostGrouping.Agent,
            query.Day("from"),
            query.Day("to"),
            query.Number("limit", 1, LongestPage, DefaultPageLength),
            query.Text("cursor"));
        query.ThrowIfWrong();

        await ledger.RefreshAsync(cancellation);
        var page = ledger.Costs(asked, await agents.ReadAsync(cancellation))
            ?? throw new ProblemException(Problems.InvalidRequest(
                "?cursor", "malformed_cursor", "cursor must be one that an earlier page gave for the same by, from and to."));
        return new JsonAnswer<CostsPage>(page);
    }
}
