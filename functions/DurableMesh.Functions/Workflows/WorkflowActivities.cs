using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// What a run does to the store and to its threads. Each may run twice, late, or for an episode that is never committed: what it
/// writes goes through the run's log, whose fold refuses what does not follow, and each answers what is to be done by the log.
/// </summary>
public sealed class WorkflowActivities(
    IWorkflowDirectory workflows,
    WorkflowResults results,
    HandedArtifacts artifacts,
    EarlierTries tries,
    ThreadDrafts drafts,
    ThreadSeals seals,
    IThreadLog log,
    IBodyStore bodies,
    StoppedThreads stopped,
    SurfaceWaker surfaces,
    TaskHubCalls hub,
    TimeProvider time)
{
    private const string Mesh = "mesh";

    /// <summary>What is to be done in a run.</summary>
    /// <param name="workflowId">The run.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(ReadWorkflow))]
    public async Task<WorkflowMoves> ReadWorkflow([ActivityTrigger] string workflowId, CancellationToken cancellation) =>
        WorkflowPlan.Next(await MustFindAsync(workflowId, cancellation));

    /// <summary>Begins a step, if it can, and drafts and seals its thread.</summary>
    /// <param name="order">Which.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(PrepareStep))]
    public async Task<PreparedStep> PrepareStep([ActivityTrigger] StepOrder order, CancellationToken cancellation)
    {
        var (id, move) = (order.WorkflowId, order.Move);
        var run = await MustFindAsync(id, cancellation);
        var threadId = ThreadId.OfStep(id, move.Step, move.Attempt);
        var plan = run.Find(move.Step)!.Plan;
        var earlier = (await tries.ReadAsync(run, plan, threadId, cancellation))
            .Where(one => one.Try.Attempt < move.Attempt).ToList();
        var works = EarlierWork.Of(earlier);
        var isBegun = IsRunning(run, move);
        if (!isBegun)
        {
            var handed = await artifacts.HandAsync(run, plan, threadId, cancellation);
            var begin = new StartStep(id, move, threadId, handed)
            {
                Earlier = earlier is [] ? null : [.. earlier.Select(one => one.Try)],
                Brief = earlier is [] ? null : MessageBody.Of(WorkflowBrief.BodyOf(run.Start, plan, handed, works)).Sha256,
            };
            run = (await workflows.ChangeAsync(begin, Mesh, cancellation)).State.Find(id)!;
        }

        if (!IsRunning(run, move))
        {
            return new PreparedStep(WorkflowPlan.Next(run), null);
        }

        // What the store has of its thread is what its thread is.
        var start = isBegun && ThreadState.Of(await log.ReadTranscriptAsync(threadId, cancellation)) is { Start: var known }
            ? known
            : await DraftAsync(run, move, threadId, works, cancellation);
        return new PreparedStep(WorkflowPlan.Next(run), await seals.StartAsync(start, cancellation));
    }

    /// <summary>
    /// Takes up a step that an orchestration before may have begun: begins it and its thread where they have not, and records the
    /// thread's end where it has one.
    /// </summary>
    /// <param name="order">Which.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>What is to be done in the run; null while the thread goes on.</returns>
    [Function(nameof(FollowStep))]
    public async Task<WorkflowMoves?> FollowStep(
        [ActivityTrigger] StepOrder order, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var prepared = await PrepareStep(order, cancellation);
        if (prepared.Thread is not { Start.ThreadId: var threadId } thread)
        {
            return prepared.Moves;
        }

        if (!await IsEndedAsync(threadId, cancellation)
            && await hub.FindAsync(client, threadId, withInput: false, cancellation) is null)
        {
            await hub.TryStartAsync(client, nameof(ThreadOrchestrator), threadId, thread, cancellation);
        }

        var run = await MustFindAsync(order.WorkflowId, cancellation);
        return await EndOfAsync(client, threadId, cancel: null, cancellation) is { State: ThreadPhase.Ended } ended
            ? await EndAsync(order, await ResultOfAsync(ended, run, order.Move, cancellation), cancellation)
            : null;
    }

    /// <summary>Records how a step's thread ended.</summary>
    /// <param name="over">Which step, and why an orchestration of it failed.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(FinishStep))]
    public async Task<WorkflowMoves> FinishStep(
        [ActivityTrigger] FailedStep over, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var (id, move) = (over.Order.WorkflowId, over.Order.Move);
        var run = await MustFindAsync(id, cancellation);
        if (!IsRunning(run, move))
        {
            // Another orchestration has recorded its end, or begun none.
            return WorkflowPlan.Next(run);
        }

        var threadId = ThreadId.OfStep(id, move.Step, move.Attempt);
        var thread = await EndOfAsync(client, threadId, cancel: null, cancellation);
        if (thread is not { State: ThreadPhase.Ended } && (thread is not null || over.Failure is null))
        {
            // Another host recorded the thread's end and this one has not read that far.
            throw new StoreUnavailableException($"The store does not know the end of thread {threadId} yet.");
        }

        var result = thread is null ? NotBegun(over.Failure!) : await ResultOfAsync(thread, run, move, cancellation);
        return await EndAsync(over.Order, result, cancellation);
    }

    /// <summary>Stops a run whose step could not be tried to its end; its thread, where it has one, is cancelled.</summary>
    /// <param name="failed">The step, and why.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(FailStep))]
    public async Task<WorkflowMoves> FailStep(
        [ActivityTrigger] FailedStep failed, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var (id, move) = (failed.Order.WorkflowId, failed.Order.Move);
        await ChangedAsync(
            new StopWorkflow(id, WorkflowReason.InternalError, $"Step '{move.Step}': {failed.Failure}"), cancellation);
        var run = await MustFindAsync(id, cancellation);
        var threadId = ThreadId.OfStep(id, move.Step, move.Attempt);
        var cancel = CancelOf(run);
        var thread = await EndOfAsync(client, threadId, cancel, cancellation);
        if (thread is not { State: ThreadPhase.Ended } && await TryCancelAsync(client, threadId, cancel, cancellation))
        {
            throw new StoreUnavailableException($"Thread {threadId} has not ended yet.");
        }

        var result = thread is { State: ThreadPhase.Ended }
            ? await ResultOfAsync(thread, run, move, cancellation)
            : NotBegun(failed.Failure ?? "");
        return await EndAsync(failed.Order, result, cancellation);
    }

    /// <summary>Stops a run whose time is up.</summary>
    /// <param name="workflowId">The run.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(ExpireWorkflow))]
    public Task<WorkflowMoves> ExpireWorkflow([ActivityTrigger] string workflowId, CancellationToken cancellation) =>
        ChangedAsync(
            new StopWorkflow(workflowId, WorkflowReason.TtlExpired, "The time to live of the workflow ran out."), cancellation);

    /// <summary>Cancels the threads of a run that is to end.</summary>
    /// <param name="workflowId">The run.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(StopThreads))]
    public async Task<WorkflowMoves> StopThreads(
        [ActivityTrigger] string workflowId, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var run = await MustFindAsync(workflowId, cancellation);
        foreach (var step in run.Steps.Where(step => step.Phase == StepPhase.Running))
        {
            var (threadId, cancel) = (step.ThreadId!, CancelOf(run));
            if (await EndOfAsync(client, threadId, cancel, cancellation) is { State: ThreadPhase.Ended })
            {
                continue;
            }

            if (!await TryCancelAsync(client, threadId, cancel, cancellation)
                && await hub.FindAsync(client, threadId, withInput: false, cancellation) is null)
            {
                // Its step has begun, and its orchestration is about to.
                throw new StoreUnavailableException($"Thread {threadId} has not begun yet.");
            }
        }

        return WorkflowPlan.Next(await MustFindAsync(workflowId, cancellation));
    }

    /// <summary>
    /// Writes the evidence of a run that has ended, says to its MC task what is its, and wakes the surface that started it.
    /// </summary>
    /// <param name="workflowId">The run.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(CloseWorkflow))]
    public async Task CloseWorkflow(
        [ActivityTrigger] string workflowId, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        await results.CloseAsync(await MustFindAsync(workflowId, cancellation), cancellation);
        await surfaces.WakeOwnerAsync(client, workflowId, cancellation);
    }

    private static bool IsRunning(WorkflowRun run, StepMove move) =>
        run.Find(move.Step) is { Phase: StepPhase.Running } step && step.Attempt == move.Attempt;

    private static CancelRequested CancelOf(WorkflowRun run) =>
        new(run.Stopped?.By ?? Mesh, run.Stopped?.Detail ?? "The workflow is stopped.");

    private async Task<ThreadStart> DraftAsync(
        WorkflowRun run,
        StepMove move,
        string threadId,
        IReadOnlyList<EarlierWork> works,
        CancellationToken cancellation)
    {
        var request = WorkflowBrief.RequestOf(run, run.Find(move.Step)!, time.GetUtcNow(), works);
        var (start, body) = await drafts.DraftAsync(threadId, request, cancellation);
        if (start.Body is { Inline: null } large && body is not null)
        {
            await bodies.StoreAsync(large.Sha256, body.ToUtf8(), cancellation);
        }

        return start with { Workflow = new WorkflowPlace(run.Start.WorkflowId, move.Step, move.Attempt) };
    }

    private async ValueTask<bool> IsEndedAsync(string threadId, CancellationToken cancellation) =>
        await log.FindAsync(threadId, cancellation) is { View.State: ThreadPhase.Ended };

    /// <summary>A step's thread, after its end if its orchestration has stopped; null where the store has none.</summary>
    private async Task<ThreadView?> EndOfAsync(
        DurableTaskClient client, string threadId, CancelRequested? cancel, CancellationToken cancellation)
    {
        var thread = (await log.FindAsync(threadId, cancellation))?.View;
        return thread is { State: ThreadPhase.Ended }
            ? thread
            : await stopped.EndAsync(client, threadId, cancellation, cancel) ?? thread;
    }

    /// <summary>Cancels a thread; false where no orchestration of it runs.</summary>
    private async Task<bool> TryCancelAsync(
        DurableTaskClient client, string threadId, CancelRequested cancel, CancellationToken cancellation)
    {
        var envelope = await seals.EnvelopAsync(threadId, Guid.NewGuid().ToString("N"), cancel, cancellation);
        return await hub.FindAsync(client, threadId, withInput: false, cancellation) is { IsCompleted: false }
            && await hub.TryRaiseAsync(client, threadId, InboxEnvelope.EventName, envelope, cancellation);
    }

    private Task<WorkflowMoves> EndAsync(StepOrder order, StepResult result, CancellationToken cancellation) =>
        ChangedAsync(new EndStep(order.WorkflowId, order.Move.Step, order.Move.Attempt, result), cancellation);

    private async Task<WorkflowMoves> ChangedAsync(WorkflowChange change, CancellationToken cancellation) =>
        WorkflowPlan.Next((await workflows.ChangeAsync(change, Mesh, cancellation)).State.Find(change.Run)!);

    private async Task<StepResult> ResultOfAsync(
        ThreadView thread, WorkflowRun run, StepMove move, CancellationToken cancellation)
    {
        var transcript = await log.ReadTranscriptAsync(thread.ThreadId, cancellation);
        var state = ThreadState.Of(transcript)!;
        var plan = run.Find(move.Step)!.Plan;
        var tried = plan.IsRetried ? EarlierTries.TriedIn(transcript) : null;
        return new StepResult(
            state.EndState!.Value,
            state.Reason!.Value,
            state.Detail,
            state.TotalUsage().CostUsd,
            state.Head,
            state.Start.EvidencePath)
        {
            Artifacts = plan.HandsOn ? HandedArtifacts.MadeIn(transcript) : [],
            Failed = tried is null ? null : [.. tried.Failed.Select(check => check.Id)],
            Submission = tried?.Submission?.Body?.Sha256,
        };
    }

    private static StepResult NotBegun(string why) =>
        new(EndState.Blocked, EndReason.InternalError, why, CostUsd: 0, Head: null, Evidence: null);

    /// <summary>
    /// A run with all that was recorded of it, also by another host a moment ago: an older state of it would leave out what is to
    /// be done.
    /// </summary>
    private async ValueTask<WorkflowRun> MustFindAsync(string workflowId, CancellationToken cancellation)
    {
        await workflows.RefreshAsync(cancellation);
        return await workflows.FindAsync(workflowId, cancellation)
            ?? throw new InvalidOperationException($"The mesh has not started a workflow {workflowId}.");
    }
}
