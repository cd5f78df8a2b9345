using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Overview;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Functions.Dashboard;

/// <summary>The dashboard's first page.</summary>
public sealed class OverviewPageFunction(
    DashboardPages pages,
    IThreadLog log,
    ReadThreads threads,
    IMeshLedger ledger,
    IAgentDirectory agents,
    OverdueThreads overdue,
    IServiceProvider services)
{
    private readonly MessageRate _rate = services.GetRequiredService<MessageRate>();

    /// <summary><c>GET /</c>. The route is a segment that is not there: a Functions host has no other name for the root.</summary>
    [Function(PageNames.Prefix + "Overview")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{nothing:maxlength(0)?}")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        await overdue.EndAsync(client, cancellation);
        await ledger.RefreshAsync(cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var stats = ledger.Stats(registry);
        var open = stats.Open == 0 ? [] : await RunningAsync(ThreadPhase.Open, 10 * OverviewPage.Listed);
        var model = new OverviewModel(
            stats,
            stats.Held == 0 ? [] : await RunningAsync(ThreadPhase.Held, OverviewPage.Listed),
            [.. open.Where(view => view.AtWork is null).Take(OverviewPage.Listed)],
            [.. open.Where(view => view.AtWork is not null).Take(OverviewPage.Listed)],
            (await log.ListAsync(view => view.State == ThreadPhase.Ended, OverviewPage.Listed, before: null, cancellation)).Threads,
            [.. BudgetsOf(registry)],
            _rate.Next(stats.Messages));
        return await pages.ShowAsync<OverviewPage>(request, ("Model", model));

        async Task<IReadOnlyList<ThreadView>> RunningAsync(ThreadPhase state, int most)
        {
            var found = await log.ListRunningAsync(view => view.State == state, most, before: null, cancellation);
            return await threads.WithWorkAsync(found.Threads, cancellation);
        }
    }

    private IEnumerable<DayBudget> BudgetsOf(AgentRegistry registry) =>
        from company in registry.Companies
        let spent = ledger.CompanySpentToday(company.Id, registry)
        where spent > 0 || company.DailyBudgetUsd is not null
        orderby spent descending, company.Name
        select new DayBudget(company.Name, spent, company.DailyBudgetUsd);
}
