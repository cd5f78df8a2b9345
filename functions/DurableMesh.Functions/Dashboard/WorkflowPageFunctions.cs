using DurableMesh.Core.Identity;
using DurableMesh.Core.Workflows;
using DurableMesh.Dashboard.Workflows;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about workflows, and what people do to them there.</summary>
public sealed class WorkflowPageFunctions(DashboardPages pages, DashboardForms forms, WorkflowFunctions workflows)
{
    /// <summary><c>GET /workflows</c> with the query of <c>GET /api/workflows</c>.</summary>
    [Function(PageNames.Prefix + "Workflows")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "workflows")] HttpRequest request,
        CancellationToken cancellation)
    {
        request.QueryString = new QueryBuilder(request.Query.Where(one => one.Value.ToString().Length > 0)).ToQueryString();
        var found = (JsonAnswer<WorkflowsPage>)await workflows.ListAsync(request, cancellation);
        return await pages.ShowAsync<WorkflowListPage>(
            request,
            ("Runs", found.Value),
            ("State", new Query(request, "state", "mcTask", "limit", "cursor").OneOf<WorkflowPhase>("state")),
            ("McTask", request.Query["mcTask"].ToString()));
    }

    /// <summary><c>GET /workflows/{id}</c>.</summary>
    [Function(PageNames.Prefix + "Workflow")]
    public async Task<IResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "workflows/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var run = (JsonAnswer<WorkflowView>)await workflows.GetAsync(request, id, client, cancellation);
        return await pages.ShowAsync<WorkflowPage>(request, ("Run", run.Value));
    }

    /// <summary><c>GET /workflows/{id}/evidence</c>: the file, to be kept.</summary>
    [Function(PageNames.Prefix + "WorkflowEvidence")]
    public async Task<IResult> EvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "workflows/{id}/evidence")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var run = await workflows.MustFindAsync(id, Caller.Of(request), cancellation);
        PageAnswer.Guard(request.HttpContext.Response);
        return Results.Bytes(WorkflowEvidence.Of(run).ToUtf8(), JsonBody.MediaType, $"workflow-{id}.json");
    }

    /// <summary><c>POST /workflows/{id}/decision</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "DecideWorkflow")]
    public Task<IResult> DecideAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "workflows/{id}/decision")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        forms.CallAsync(
            request, ["by", "step", "decision", "why"], () => workflows.DecideAsync(request, id, client, cancellation), cancellation);

    /// <summary><c>POST /workflows/{id}/cancel</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "CancelWorkflow")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "workflows/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        forms.CallAsync(request, ["by", "why"], () => workflows.CancelAsync(request, id, client, cancellation), cancellation);
}
