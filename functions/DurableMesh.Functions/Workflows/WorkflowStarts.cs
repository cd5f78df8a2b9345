using System.Text.Json;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Orchestrations;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Workflows;

/// <summary>Starts runs of workflows, each once however often it is asked for.</summary>
public sealed class WorkflowStarts(IWorkflowDirectory workflows, WorkflowDrafts drafts, TaskHubCalls hub)
{
    /// <summary>Starts a run, or answers the one that was started under this id.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="workflowId">The run's id.</param>
    /// <param name="definition">The definition, which is held against the registry and the policy of this moment.</param>
    /// <param name="by">Who starts it.</param>
    /// <param name="cancellation">Stops waiting; the run may still begin.</param>
    /// <exception cref="ProblemException">
    /// 400 where the definition has a mistake by now; 409 where another one was started under this id.
    /// </exception>
    public async Task<WorkflowRun> StartAsync(
        DurableTaskClient client,
        string workflowId,
        WorkflowDefinition definition,
        Subject by,
        CancellationToken cancellation)
    {
        if (await workflows.FindAsync(workflowId, cancellation) is { } known)
        {
            MustBe(known, definition);
            await hub.TryStartAsync(client, nameof(WorkflowOrchestrator), workflowId, workflowId, cancellation);
            return known;
        }

        var around = await drafts.AroundAsync(cancellation);
        var read = WorkflowReader.Read(JsonSerializer.SerializeToUtf8Bytes(definition, MeshJson.Options), around);
        if (read.Value is null)
        {
            throw new ProblemException(Problems.InvalidRequest(read.Errors));
        }

        MustNameTask(definition);
        var start = await drafts.DraftAsync(workflowId, definition, around, by, cancellation);
        return await StartAsync(client, start, by, cancellation);
    }

    /// <summary>Starts a run that was drafted.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="start">The run.</param>
    /// <param name="by">Who starts it.</param>
    /// <param name="cancellation">Stops waiting; the run may still begin.</param>
    /// <exception cref="ProblemException">409: another one was started under its id.</exception>
    public async Task<WorkflowRun> StartAsync(
        DurableTaskClient client, WorkflowStart start, Subject by, CancellationToken cancellation)
    {
        var id = start.WorkflowId;
        var changed = await workflows.ChangeAsync(new BeginWorkflow(start), by.ToString(), cancellation);
        var run = changed.OrThrow().Find(id)!;
        await hub.TryStartAsync(client, nameof(WorkflowOrchestrator), id, id, cancellation);
        return run;
    }

    /// <summary>A run works on an MC task, wherever a file leaves it to whoever starts it.</summary>
    /// <param name="definition">What is to be started.</param>
    /// <exception cref="ProblemException">400: none is named.</exception>
    public static void MustNameTask(WorkflowDefinition definition)
    {
        if (definition.McTask is null)
        {
            throw new ProblemException(Problems.InvalidRequest(
                "mcTask", InputError.Missing, "This is missing: the MC task that the workflow works on."));
        }
    }

    private static void MustBe(WorkflowRun known, WorkflowDefinition definition)
    {
        if (known.Start.RequestHash != ContentHash.Of(definition))
        {
            throw new ProblemException(Problems.OfRefusal(WorkflowRules.OtherDefinition(known.Start.WorkflowId)));
        }
    }
}
