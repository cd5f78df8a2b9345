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
            await BeginAsync(client, known, cancellation);
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
        await BeginAsync(client, run, cancellation);
        return run;
    }

    /// <summary>
    /// A run whose orchestration was not begun, or was stopped (terminated or purged from outside the mesh, failed), goes on from
    /// the store, by an orchestration of the same id. One that has ended does so only where it may have been stopped before its
    /// evidence was written.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="run">The run.</param>
    /// <param name="raise">Whether somebody did something to it that an orchestration has to hear of.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task WakeAsync(DurableTaskClient client, WorkflowRun run, bool raise, CancellationToken cancellation)
    {
        var id = run.Start.WorkflowId;
        var instance = await hub.FindAsync(client, id, withInput: false, cancellation);
        var isStopped = run.Ended is null
            ? instance is not { IsCompleted: false }
            : instance is { RuntimeStatus: OrchestrationRuntimeStatus.Terminated or OrchestrationRuntimeStatus.Failed };
        if (isStopped)
        {
            var again = RunOrder.Again(id).ToString();
            await hub.TryStartAsync(client, nameof(WorkflowOrchestrator), id, again, cancellation, mayHaveEnded: true);
        }
        else if (raise && run.Ended is null)
        {
            await hub.TryRaiseAsync(client, id, WorkflowOrchestrator.Steered, "", cancellation);
        }
    }

    private async Task BeginAsync(DurableTaskClient client, WorkflowRun run, CancellationToken cancellation)
    {
        var id = run.Start.WorkflowId;
        if (!await hub.TryStartAsync(client, nameof(WorkflowOrchestrator), id, new RunOrder(id).ToString(), cancellation))
        {
            await WakeAsync(client, run, raise: false, cancellation);
        }
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
