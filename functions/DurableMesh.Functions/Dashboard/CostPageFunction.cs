using DurableMesh.Core.Agents;
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
public sealed class CostPageFunction(
    DashboardPages pages, IMeshLedger ledger, IThreadLog log, IAgentDirectory agents, TimeProvider time)
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
        var threads = By(CostGrouping.Thread, CostsModel.MostRows);
        var model = new CostsModel(
            from,
            to,
            DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            days.Total,
            days,
            By(CostGrouping.Company, CostsModel.MostRows),
            By(CostGrouping.Agent, CostsModel.MostRows),
            threads,
            await NamesAsync(registry, threads, cancellation));
        return await pages.ShowAsync<CostOverviewPage>(request, ("Model", model));

        // A first page has no cursor that could be wrong.
        CostsPage By(CostGrouping grouping, int most) =>
            ledger.Costs(new CostQuery(grouping, from, to, most, Cursor: null), registry)!;
    }

    private async Task<IReadOnlyDictionary<string, string>> NamesAsync(
        AgentRegistry registry, CostsPage threads, CancellationToken cancellation)
    {
        var names = registry.Companies.ToDictionary(company => company.Id, company => company.Name, StringComparer.Ordinal);
        foreach (var row in threads.Rows)
        {
            if (await log.FindAsync(row.Key, cancellation) is { } thread)
            {
                names[row.Key] = thread.View.Subject;
            }
        }

        return names;
    }
}
