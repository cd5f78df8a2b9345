using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Costs;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>The page of costs.</summary>
public sealed class CostPageFunction(DashboardPages pages, IMeshLedger ledger, IAgentDirectory agents, TimeProvider time)
{
    /// <summary><c>GET /costs?from=&amp;to=</c>.</summary>
    [Function(PageNames.Prefix + "Costs")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "costs")] HttpRequest request, CancellationToken cancellation)
    {
        request.QueryString = new QueryBuilder(request.Query.Where(one => one.Value.ToString().Length > 0)).ToQueryString();
        var query = new Query(request, "from", "to");
        var (from, to) = (query.Day("from"), query.Day("to"));
        query.ThrowIfWrong();
        await ledger.RefreshAsync(cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var days = By(CostGrouping.Day, CostsModel.MostDays);
        var model = new CostsModel(
            from,
            to,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            days.Total,
            days,
            By(CostGrouping.Company, CostsModel.MostRows),
            By(CostGrouping.Agent, CostsModel.MostRows),
            By(CostGrouping.Thread, CostsModel.MostRows));
        return await pages.ShowAsync<CostOverviewPage>(request, ("Model", model));

        // A first page has no cursor that could be wrong.
        CostsPage By(CostGrouping grouping, int most) =>
            ledger.Costs(new CostQuery(grouping, from, to, most, Cursor: null), registry)!;
    }
}
