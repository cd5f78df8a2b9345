using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;

namespace DurableMesh.Functions.Workflows;

/// <summary>What a run leaves behind: its evidence file, and a word to its MC task.</summary>
public sealed class WorkflowResults(IEvidenceStore files, ThreadTasks tasks)
{
    /// <summary>
    /// Writes the evidence of a run that has ended. One that did not come to its end blocks its task, as a thread would; one that
    /// did leaves it in progress until somebody hands it over.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task CloseAsync(WorkflowRun run, CancellationToken cancellation)
    {
        await files.WriteAsync(run.Start.EvidencePath, WorkflowEvidence.Of(run).ToUtf8(), cancellation);
        if (run.Finalized is not null || run.Ended is { EndState: EndState.Partial or EndState.Blocked })
        {
            await tasks.MoveAsync(OutcomeOf(run), cancellation);
        }
    }

    private static ThreadOutcome OutcomeOf(WorkflowRun run)
    {
        var ended = run.Ended!;
        var reason = ended.Reason switch
        {
            WorkflowReason.Completed when run.Plumbing.Any() => EndReason.PlumbingOnly,
            WorkflowReason.Completed when ended.EndState == EndState.Pass => EndReason.Verified,
            WorkflowReason.Completed when ended.EndState == EndState.Answered => EndReason.AdviceAcknowledged,
            WorkflowReason.Completed or WorkflowReason.StepPartial => EndReason.PartiallyVerified,
            WorkflowReason.StepBlocked => EndReason.VerifierBlocked,
            WorkflowReason.CostCap => EndReason.CostCap,
            WorkflowReason.TtlExpired => EndReason.TtlExpired,
            WorkflowReason.Cancelled => EndReason.Cancelled,
            _ => EndReason.InternalError,
        };

        // Where the gate let in no thread of it, nobody has worked on the task.
        var refused = run.Steps.All(step => step.Result is null
            or { Reason: EndReason.GateDenied or EndReason.NotAuthorized or EndReason.TrustDenied });
        return new ThreadOutcome(
            run.Start.McTask,
            run.Start.WorkflowId,
            ended.EndState,
            reason,
            ended.Detail ?? $"workflow '{run.Start.Name}'",
            run.Start.EvidencePath,
            refused)
        {
            IsFinalized = run.Finalized is not null,
        };
    }
}
