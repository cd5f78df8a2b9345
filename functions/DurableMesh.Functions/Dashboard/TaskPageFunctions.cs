using System.Globalization;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Tasks;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about tasks, and what people do to them there.</summary>
public sealed class TaskPageFunctions(
    DashboardPages pages,
    DashboardForms forms,
    TaskFunctions functions,
    ITaskDirectory tasks,
    IAgentDirectory agents,
    IThreadLog log,
    ReadThreads threads)
{
    /// <summary>
    /// <c>GET /tasks?owner=&amp;company=&amp;state=&amp;page=</c>: the board; <c>GET /tasks?id=</c>: a task whose id may be
    /// anything that a thread names.
    /// </summary>
    [Function(PageNames.Prefix + "Tasks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "tasks")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new Query(request, "id", "owner", "company", "state", "page");
        var asked = new TaskBoardQuery(
            query.Text("owner"),
            query.Text("company"),
            query.OneOf<MissionTaskState>("state"),
            query.Number("page", 1, int.MaxValue / TaskBoardModel.PageLength, otherwise: 1));
        query.ThrowIfWrong();
        if (query.Text("id") is { } id)
        {
            return await ShowAsync(request, id, cancellation);
        }

        var found = (await functions.ReadAsync(asked.Owner, asked.Company, cancellation)).ToLookup(task => task.State);
        TaskColumn[] columns = asked.State is { } only
            ? [ColumnOf(only, (asked.Page - 1) * TaskBoardModel.PageLength, TaskBoardModel.PageLength)]
            :
            [
                .. Enum.GetValues<MissionTaskState>().OrderBy(PlaceOf)
                    .Select(state => ColumnOf(state, 0, TaskBoardModel.ColumnLength)),
            ];
        var shown = columns.SelectMany(column => column.Tasks).Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        var running = await log.ListRunningAsync(
            view => shown.Contains(view.McTask), TaskBoardModel.MostThreads, before: null, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        return await pages.ShowAsync<TaskBoardPage>(request, ("Model", new TaskBoardModel(
            asked,
            columns,
            running.Threads.ToLookup(view => view.McTask),
            registry.Companies.ToDictionary(company => company.Id, company => company.Name, StringComparer.OrdinalIgnoreCase))));

        TaskColumn ColumnOf(MissionTaskState state, int skipped, int most) =>
            new(state, found[state].Count(), [.. found[state].Skip(skipped).Take(most)]);
    }

    /// <summary><c>GET /tasks/{id}</c>.</summary>
    [Function(PageNames.Prefix + "Task")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "tasks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return ShowAsync(request, id, cancellation);
    }

    /// <summary><c>POST /tasks/{id}</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "PatchTask")]
    public async Task<IResult> PatchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "tasks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var form = await forms.ReadAsync(request, cancellation);
        if (int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            // What somebody else changed meanwhile is looked at first.
            request.Headers.IfMatch = Preconditions.ETagOf(version);
        }

        var next = await forms.ToJsonAsync(request, ["by", "why", "state", "title", "owner", "priority"], cancellation);
        await functions.PatchAsync(request, id, cancellation);
        return DashboardForms.Next(next);
    }

    private async Task<IResult> ShowAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        var task = await tasks.FindAsync(id, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var about = await threads.ListAsync(
            new ThreadFilter(registry, mcTask: id), Caller.Of(request), TaskModel.MostThreads, before: null, cancellation);
        if (task is null && about.Threads.Count == 0)
        {
            throw new ProblemException(Problems.OfRefusal(TaskBoard.NotFound(id)));
        }

        var company = task?.Company is { } companyId ? registry.FindCompany(companyId) : null;
        return await pages.ShowAsync<TaskPage>(request, ("Model", new TaskModel(
            id,
            task,
            about.Threads,
            about.Next is not null,
            company?.Name)));
    }

    /// <summary>In the order of the work; what is blocked stands at the end.</summary>
    private static int PlaceOf(MissionTaskState state) => state switch
    {
        MissionTaskState.Open => 0,
        MissionTaskState.InProgress => 1,
        MissionTaskState.ReadyForReview => 2,
        MissionTaskState.Done => 3,
        _ => 4,
    };
}
