using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Agents;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about agents, and what people do to their keys there.</summary>
public sealed class AgentPageFunctions(
    DashboardPages pages,
    DashboardForms forms,
    AgentFunctions agents,
    KeyFunctions keyFunctions,
    IAgentDirectory directory,
    IKeyDirectory keys,
    IPolicySource policies,
    IBaselineDirectory baselines,
    ReadThreads threads,
    IMeshLedger ledger,
    TimeProvider time)
{
    private const int MostPages = 100_000;

    /// <summary><c>GET /agents?q=&amp;company=&amp;now=&amp;page=</c>.</summary>
    [Function(PageNames.Prefix + "Agents")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new Query(request, "q", "company", "now", "page");
        var asked = new AgentListQuery(
            query.Text("q"),
            query.Text("company"),
            query.OneOf<AgentStanding>("now"),
            query.Number("page", 1, MostPages, otherwise: 1));
        query.ThrowIfWrong();
        await ledger.RefreshAsync(cancellation);
        var registry = await directory.ReadAsync(cancellation);
        var found = (await agents.ReadAsync(cancellation)).Where(asked.Covers).ToList();
        var wanted = found
            .Where(agent => asked.Standing is null || AgentLine.StandingOf(agent) == asked.Standing)
            .OrderBy(agent => registry.FindCompany(agent.Company)?.Name ?? agent.Company, StringComparer.OrdinalIgnoreCase)
            .ThenBy(agent => agent.Company, StringComparer.Ordinal)
            .ThenBy(agent => agent.Id, StringComparer.Ordinal)
            .ToList();
        var shown = wanted.Skip((asked.Page - 1) * AgentListModel.PageLength).Take(AgentListModel.PageLength);
        var companies = registry.Companies.OrderBy(company => company.Name, StringComparer.OrdinalIgnoreCase)
            .Take(AgentListModel.MostChoices + 1).ToList();
        return await pages.ShowAsync<AgentListPage>(request, ("Model", new AgentListModel(
            asked,
            LinesOf(shown, registry),
            wanted.Count,
            found.CountBy(AgentLine.StandingOf).ToDictionary(),
            companies.Count <= AgentListModel.MostChoices ? companies : [])));
    }

    /// <summary><c>GET /agents/{id}</c>; an alias will do.</summary>
    [Function(PageNames.Prefix + "Agent")]
    public async Task<IResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "agents/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await ledger.RefreshAsync(cancellation);
        var registry = await directory.ReadAsync(cancellation);
        var agent = await agents.FindAsync(id, cancellation);
        var company = LinesOf([agent], registry)[0];
        var now = time.GetUtcNow();
        var newest = await threads.ListAsync(
            new ThreadFilter(registry, agent: agent.Id), Caller.Of(request), AgentModel.MostThreads, before: null, cancellation);
        var subject = Subject.Agent(agent.Id);
        var pairs = new PairQuery(
            Pattern: null, Since: null, Week: null, Party: agent.Id, Limit: AgentModel.MostPairs, Cursor: null);
        var model = new AgentModel(
            company.Agents[0],
            company,
            newest.Threads,
            [
                .. (await keys.ReadAsync(cancellation)).Keys.Where(key => key.Subject == subject).Select(KeyView.Of)
                    .OrderByDescending(key => AgentModel.Works(key, now)).ThenByDescending(key => key.CreatedAt),
            ],
            ledger.Pairs(pairs, (await baselines.ReadAsync(cancellation)).Rows)!,
            now);
        return await pages.ShowAsync<AgentPage>(request, ("Model", model));
    }

    /// <summary><c>POST /keys/{keyId}/revoke</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "RevokeKey")]
    public async Task<IResult> RevokeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "keys/{keyId}/revoke")] HttpRequest request,
        string keyId,
        CancellationToken cancellation)
    {
        var form = await forms.ReadAsync(request, cancellation);
        await keyFunctions.RevokeAsync(request, keyId, cancellation);
        return DashboardForms.Next(DashboardForms.NextOf(form));
    }

    private List<CompanyLine> LinesOf(IEnumerable<AgentView> shown, AgentRegistry registry)
    {
        var budgets = policies.Current.Budgets;
        var spent = ledger.Standing().Spent;
        var spentBy = spent.GroupBy(one => registry.Find(one.Key)?.Company ?? "", one => one.Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(), StringComparer.Ordinal);
        return
        [
            .. from agent in shown
               group LineOf(agent, spent, budgets) by agent.Company into lines
               let company = registry.FindCompany(lines.Key) ?? new CompanyView { Id = lines.Key, Name = lines.Key }
               select new CompanyLine(
                   company,
                   spentBy.GetValueOrDefault(company.Id),
                   company.DailyBudgetUsd ?? budgets.CompanyDayUsd,
                   [.. lines]),
        ];
    }

    private AgentLine LineOf(AgentView agent, IReadOnlyDictionary<string, decimal> spent, BudgetPolicy budgets) => new(
        agent,
        ledger.OpenThreads(agent.Id),
        agent.WipLimit ?? budgets.OpenThreads,
        spent.GetValueOrDefault(agent.Id),
        agent.DailyBudgetUsd ?? budgets.AgentDayUsd);
}
