using System.Text.Json;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Dispatch;

/// <summary>Work over HTTP for which the mesh finds the agents, and asks the authority table for the surface.</summary>
public sealed class DispatchFunctions(
    ITaskClassifier classifier,
    WorkflowDrafts surroundings,
    WorkflowStarts workflowStarts,
    IWorkflowDirectory workflows,
    ThreadDrafts threadDrafts,
    ThreadStarts threadStarts,
    IThreadLog log)
{
    /// <summary><c>POST /dispatch?dryRun=</c>: starts work, once however often it is sent; or says what it would do.</summary>
    [Function("Dispatch")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/dispatch")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "dryRun");
        var isDry = query.Flag("dryRun");
        query.ThrowIfWrong();
        var key = IdempotencyKey.Of(request);
        var asked = await RequestBody.ReadAsync(request, DispatchReader.Read, cancellation);
        var caller = Caller.Of(request);
        var around = await surroundings.AroundAsync(cancellation);
        if (isDry)
        {
            caller.Must(Scope.Read);
            return Answer(request, await PlanAsync(asked, around, cancellation), id: null, StatusCodes.Status200OK);
        }

        var id = key is null
            ? ThreadId.New()
            : ThreadId.OfDispatch(caller.Subject ?? Subject.Agent(around.Registry.Resolve(asked.Initiator ?? "")), key);
        var known = key is null ? null : await KnownAsync(id, cancellation);
        var plan = await PlanAsync(known?.Fix(asked) ?? asked, around, cancellation);
        caller.MustStartAs(plan.Routed.Builder);
        var by = caller.Subject ?? Subject.Agent(plan.Routed.Builder);
        if (plan.Workflow is { } workflow)
        {
            await workflowStarts.StartAsync(client, id, workflow, by, cancellation);
        }
        else
        {
            var draft = await threadDrafts.DraftAsync(id, plan.Thread!, cancellation);
            await threadStarts.StartAsync(client, draft, known?.Thread, cancellation);
        }

        return Answer(request, plan, id, known is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static JsonAnswer<DispatchAnswer> Answer(HttpRequest request, DispatchPlan plan, string? id, int status)
    {
        var self = $"{request.PathBase}/api/{(plan.Workflow is null ? "threads" : "workflows")}/{id}";
        var answer = new DispatchAnswer
        {
            Surface = plan.Surface,
            Why = plan.Why,
            Routed = plan.Routed,
            ThreadId = plan.Workflow is null ? id : null,
            WorkflowId = plan.Workflow is null ? null : id,
            Doubts = plan.Doubts,
            Links = id is null ? null : new DispatchLinks(self, $"{self}/evidence"),
        };
        return new JsonAnswer<DispatchAnswer>(answer, status) { Location = id is null ? null : self };
    }

    private async Task<DispatchPlan> PlanAsync(
        DispatchRequest asked, WorkflowSurroundings around, CancellationToken cancellation)
    {
        var (named, errors) = DispatchPlan.Named(asked, around);
        if (errors.Count > 0)
        {
            throw new ProblemException(Problems.InvalidRequest(errors));
        }

        var found = named ?? await classifier.ClassifyAsync(
            asked.McTask, asked.Brief.Subject, asked.Brief.Body?.ToDisplayText() ?? "", around.Registry, cancellation);
        var plan = DispatchPlan.Of(asked, found, around);
        var mistakes = plan.Value is { Workflow: { } workflow } ? MistakesOf(workflow, around) : plan.Errors;
        return mistakes.Count == 0 ? plan.Value! : throw new ProblemException(Problems.InvalidRequest(mistakes));
    }

    private static IReadOnlyList<InputError> MistakesOf(WorkflowDefinition workflow, WorkflowSurroundings around)
    {
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(workflow, MeshJson.Options);
        return [.. WorkflowReader.Read(utf8, around).Errors.Select(Named)];
    }

    /// <summary>A mistake of the run by the member of the dispatch that it comes from.</summary>
    private static InputError Named(InputError error) => error with
    {
        Path = error.Path switch
        {
            "steps[0].prompt" => "brief.body",
            "steps[0].title" or "name" => "brief.subject",
            _ => error.Path.Replace("steps[0].acceptance", "brief.acceptance", StringComparison.Ordinal)
                .Replace("steps[0].", "", StringComparison.Ordinal),
        },
    };

    private async Task<KnownDispatch?> KnownAsync(string id, CancellationToken cancellation)
    {
        if (await workflows.FindAsync(id, cancellation) is { } run)
        {
            var step = run.Start.Steps[0];
            return new KnownDispatch(run.Start.Surface ?? Surface.Chain, step.Initiator, step.Responder, Thread: null);
        }

        return await log.FindAsync(id, cancellation) is { } thread
            ? new KnownDispatch(Surface.Mesh, thread.View.Initiator, thread.View.Responder, thread)
            : null;
    }

    /// <summary>What was started under a key before: the table or the registry may say something else by now.</summary>
    private sealed record KnownDispatch(Surface Surface, string Builder, string Verifier, StoredThread? Thread)
    {
        public DispatchRequest Fix(DispatchRequest asked) => asked with
        {
            Surface = asked.Surface ?? Surface,
            Initiator = asked.Initiator ?? Builder,
            Responder = asked.Responder ?? Verifier,
        };
    }
}
