using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Workflows;

/// <summary>Workflows over HTTP.</summary>
public sealed class WorkflowFunctions(
    IWorkflowDirectory workflows,
    WorkflowDrafts drafts,
    WorkflowStarts starts,
    WorkflowResults results,
    SubjectNames names)
{
    private const int DefaultPageLength = 50;
    private const int LongestPage = 200;

    /// <summary><c>POST /workflows/check</c>: all that is wrong with a definition, or what a run of it would be.</summary>
    [Function("CheckWorkflow")]
    public async Task<IResult> CheckAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workflows/check")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        Caller.Of(request).Must(Scope.Read);
        var around = await drafts.AroundAsync(cancellation);
        var definition = await RequestBody.ReadAsync(request, utf8 => WorkflowReader.Read(utf8, around), cancellation);
        return new JsonAnswer<WorkflowPreview>(WorkflowPreview.Of(definition, around));
    }

    /// <summary><c>POST /workflows</c>: starts a run, once however often its start is sent.</summary>
    [Function("StartWorkflow")]
    public async Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workflows")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var key = IdempotencyKey.Of(request);
        var around = await drafts.AroundAsync(cancellation);
        var definition = await RequestBody.ReadAsync(request, utf8 => WorkflowReader.Read(utf8, around), cancellation);
        WorkflowStarts.MustNameTask(definition);
        var caller = Caller.Of(request);
        var by = caller.Subject ?? Subject.Agent(around.Registry.Resolve(definition.Actor));
        var id = key is null ? ThreadId.New() : ThreadId.OfWorkflow(by, key);
        var start = await drafts.DraftAsync(id, definition, around, by, cancellation);
        caller.MustRun(start);
        var isNew = key is null || await workflows.FindAsync(id, cancellation) is null;
        var run = await starts.StartAsync(client, start, by, cancellation);
        return new JsonAnswer<WorkflowView>(
            WorkflowView.Of(run, caller), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
        {
            Location = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{id}",
        };
    }

    /// <summary><c>GET /workflows?state=&amp;mcTask=&amp;limit=&amp;cursor=</c>, newest first.</summary>
    [Function("ListWorkflows")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workflows")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "state", "mcTask", "limit", "cursor");
        var (state, mcTask) = (query.OneOf<WorkflowPhase>("state"), query.Text("mcTask"));
        var limit = query.Number("limit", 1, LongestPage, DefaultPageLength);
        var before = query.Number("cursor", 1, int.MaxValue, otherwise: int.MaxValue);
        query.ThrowIfWrong();

        var caller = Caller.Of(request);
        caller.Must(Scope.Read);
        var board = await workflows.ReadAsync(cancellation);
        var found = board.List(before)
            .Where(one => caller.MayKnow(one.Run.Start) && (mcTask is null || one.Run.Start.McTask == mcTask))
            .Select(one => (one.Place, View: WorkflowView.Of(one.Run, caller)))
            .Where(one => state is null || one.View.State == state)
            .Take(limit + 1)
            .ToList();
        var next = found.Count > limit ? $"{found[limit - 1].Place}" : null;
        return new JsonAnswer<WorkflowsPage>(new WorkflowsPage([.. found.Take(limit).Select(one => one.View)], next));
    }

    /// <summary><c>GET /workflows/{id}</c>.</summary>
    [Function("GetWorkflow")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workflows/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var caller = Caller.Of(request);
        caller.Must(Scope.Read);
        var run = await MustFindAsync(id, caller, cancellation);
        await starts.WakeAsync(client, run, raise: false, cancellation);
        return Answer(run, caller);
    }

    /// <summary><c>GET /workflows/{id}/evidence</c>: the file, or what there is while it runs.</summary>
    [Function("GetWorkflowEvidence")]
    public async Task<IResult> GetEvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workflows/{id}/evidence")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var caller = Caller.Of(request);
        caller.Must(Scope.Read);
        var run = await MustFindAsync(id, caller, cancellation);
        return caller.SeesWhole(run.Start)
            ? new JsonFileAnswer(WorkflowEvidence.Of(run).ToUtf8())
            : throw new AccessDeniedException(
                AccessDeniedException.NotAParty,
                $"The evidence of a workflow is for its actor and for operators; {caller} is neither.");
    }

    /// <summary><c>POST /workflows/{id}/cancel</c>: all that runs; for a run that has ended already done.</summary>
    [Function("CancelWorkflow")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workflows/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadCancel, cancellation);
        var caller = Caller.Of(request);
        caller.MustRun((await MustFindAsync(id, caller, cancellation)).Start);
        var by = await names.MustNameAsync(caller, asked.By, cancellation);
        var run = await ChangeAsync(new StopWorkflow(id, WorkflowReason.Cancelled, asked.Why), by, cancellation);
        await starts.WakeAsync(client, run, raise: true, cancellation);
        return Answer(run, caller, StatusCodes.Status202Accepted);
    }

    /// <summary><c>POST /workflows/{id}/decision</c>: what a person says about a step that holds it.</summary>
    [Function("DecideWorkflow")]
    public async Task<IResult> DecideAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workflows/{id}/decision")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, WorkflowReader.ReadDecision, cancellation);
        var caller = Caller.Of(request);
        var by = caller.MustNameOperator(asked.By);
        await MustFindAsync(id, caller, cancellation);
        var run = await ChangeAsync(new DecideStep(id, asked.Step, asked.Decision, asked.Why), by, cancellation);
        await starts.WakeAsync(client, run, raise: true, cancellation);
        return Answer(run, caller, StatusCodes.Status202Accepted);
    }

    /// <summary><c>POST /workflows/{id}/finalize</c>: hands the result over; the MC task is ready for review.</summary>
    [Function("FinalizeWorkflow")]
    public async Task<IResult> FinalizeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workflows/{id}/finalize")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, WorkflowReader.ReadFinalize, cancellation);
        var caller = Caller.Of(request);
        caller.MustRun((await MustFindAsync(id, caller, cancellation)).Start);
        var by = await names.MustNameAsync(caller, asked.By, cancellation);
        var run = await ChangeAsync(new FinalizeWorkflow(id, asked.Plumbing, asked.Why), by, cancellation);
        await results.CloseAsync(run, cancellation);
        return Answer(run, caller);
    }

    private static JsonAnswer<WorkflowView> Answer(WorkflowRun run, Caller caller, int status = StatusCodes.Status200OK) =>
        new(WorkflowView.Of(run, caller), status);

    private async Task<WorkflowRun> ChangeAsync(WorkflowChange change, Subject by, CancellationToken cancellation) =>
        (await workflows.ChangeAsync(change, by.ToString(), cancellation)).OrThrow().Find(change.Run)!;

    /// <summary>A run that the caller may know of.</summary>
    internal async ValueTask<WorkflowRun> MustFindAsync(string id, Caller caller, CancellationToken cancellation) =>
        await workflows.FindAsync(id, cancellation) is { } run && caller.MayKnow(run.Start) ? run
            : caller.Subject is { IsAgent: true } ? throw new AccessDeniedException(
                AccessDeniedException.NotAParty, $"{caller} is a party of no workflow {id}.")
            : throw new ProblemException(Problems.OfRefusal(WorkflowRules.NotFound(id)));
}
