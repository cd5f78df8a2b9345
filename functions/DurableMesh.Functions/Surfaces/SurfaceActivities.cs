using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Surfaces;

/// <summary>
/// What persistent agents and schedules do. A turn may be taken twice, late, or for an episode that is never committed: all that
/// it writes goes through the surfaces' log, whose fold lets in once what can happen once, and runs have ids that say whose they
/// are.
/// </summary>
public sealed class SurfaceActivities(
    ISurfaceDirectory surfaces,
    IWorkflowDirectory workflows,
    WorkflowStarts starts,
    WorkflowDrafts drafts,
    IEvidenceStore evidence)
{
    private const string Mesh = "mesh";

    // How long it takes at most to see what nobody told.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    /// <summary>Does what is to be done in an instance.</summary>
    /// <param name="turn">Which, and when.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(TurnSurface))]
    public async Task<SurfaceMoves> TurnSurface(
        [ActivityTrigger] SurfaceTurn turn, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var instance = (await surfaces.ReadNewestAsync(cancellation)).Find(turn.Id)
            ?? throw new InvalidOperationException($"The mesh has not started {SurfaceInstance.OrchestrationOf(turn.Id)}.");
        instance = await LookAtRunsAsync(instance, client, cancellation);
        instance = await ConsiderFiresAsync(instance, turn.Now, cancellation);
        if (instance.Phase is SurfacePhase.Active or SurfacePhase.Paused && turn.Now >= instance.Deadline)
        {
            instance = await StopAsync(instance, SurfaceReason.TtlExpired, "Its time ran out.", cancellation);
        }

        instance = await BeginRunsAsync(instance, turn.Now, client, cancellation);
        if (instance is { IsCancelling: true, Phase: SurfacePhase.Ending })
        {
            await CancelRunsAsync(instance, client, cancellation);
        }

        if (instance.Phase == SurfacePhase.Ended)
        {
            await evidence.WriteAsync(instance.EvidencePath, SurfaceEvidence.Of(instance).ToUtf8(), cancellation);
            return new SurfaceMoves(true, turn.Now);
        }

        return new SurfaceMoves(false, WakeAt(instance, turn.Now));
    }

    private static DateTimeOffset WakeAt(SurfaceInstance instance, DateTimeOffset now)
    {
        var wake = now + LongestSleep;
        if (instance.Runs.Exists(run => run.Phase == SurfaceRunPhase.Running))
        {
            wake = Earlier(wake, now + LookAgain);
        }

        if (instance.Phase is SurfacePhase.Active or SurfacePhase.Paused)
        {
            wake = Earlier(wake, instance.Deadline);
        }

        if (instance is { Phase: SurfacePhase.Active, Start.Schedule: { } schedule }
            && CronTimes.Of(schedule.Cron, schedule.TimeZone).After(instance.Cursor) is { } next)
        {
            wake = Earlier(wake, next);
        }

        return wake > now ? wake : now;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>Records runs that have ended, and starts those that were recorded as begun and never were.</summary>
    private async Task<SurfaceInstance> LookAtRunsAsync(
        SurfaceInstance instance, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var run in instance.Runs.Where(run => run.Phase == SurfaceRunPhase.Running))
        {
            if (await workflows.FindAsync(run.RunId, cancellation) is not { } workflow)
            {
                instance = await StartAsync(instance, run, client, cancellation);
            }
            else if (workflow.Ended is { } ended)
            {
                var result = new SurfaceResult(
                    ended.EndState, ended.Reason, ended.Detail, workflow.SpentUsd, workflow.Start.EvidencePath, workflow.Head);
                instance = await ChangeAsync(new EndRun(instance.Id, run.RunId, result), cancellation);
            }
            else
            {
                await starts.WakeAsync(client, workflow, raise: false, cancellation);
            }
        }

        return instance;
    }

    private async Task<SurfaceInstance> ConsiderFiresAsync(
        SurfaceInstance instance, DateTimeOffset now, CancellationToken cancellation)
    {
        if (instance is not { Phase: SurfacePhase.Active, Start.Schedule: { } schedule })
        {
            return instance;
        }

        var upTo = Earlier(now, instance.Deadline);
        var due = CronTimes.Of(schedule.Cron, schedule.TimeZone).Between(instance.Cursor, upTo);
        var plan = FirePlan.Of(due, now, schedule.Missed);
        return plan.Fires.Count + plan.LeftOut == 0
            ? instance
            : await ChangeAsync(
                new ConsiderFires(
                    instance.Id,
                    instance.Cursor,
                    upTo,
                    [.. plan.Fires.Select(fire => new DueFire(fire, ThreadId.OfFire(instance.Id, fire)))],
                    plan.LeftOut),
                cancellation);
    }

    private async Task<SurfaceInstance> BeginRunsAsync(
        SurfaceInstance instance, DateTimeOffset now, DurableTaskClient client, CancellationToken cancellation)
    {
        while (instance.Phase == SurfacePhase.Active)
        {
            if (instance.Begun >= instance.Start.Limits.Runs)
            {
                return await StopAsync(
                    instance, SurfaceReason.MaxRuns, $"It has had its {instance.Start.Limits.Runs} runs.", cancellation);
            }

            if (instance.NextRun is not { } run)
            {
                return instance;
            }

            var around = await drafts.AroundAsync(cancellation);
            var definition = DefinitionOf(instance, run, around, now);
            var cap = around.CostCapOf(definition);
            if (instance.LeftUsd <= 0 || cap > instance.LeftUsd)
            {
                if (instance.Runs.Exists(one => one.Phase == SurfaceRunPhase.Running))
                {
                    // Those that run may cost less than they were given.
                    return instance;
                }

                return await StopAsync(
                    instance,
                    SurfaceReason.CostCap,
                    FormattableString.Invariant($"{instance.LeftUsd} US dollars are left, and the next run may cost {cap}."),
                    cancellation);
            }

            instance = await ChangeAsync(new BeginRun(instance.Id, run.RunId, cap, definition), cancellation);
            if (instance.Find(run.RunId) is { Phase: SurfaceRunPhase.Running } begun)
            {
                instance = await StartAsync(instance, begun, client, cancellation);
            }
        }

        return instance;
    }

    private static WorkflowDefinition DefinitionOf(
        SurfaceInstance instance, SurfaceRun run, WorkflowSurroundings around, DateTimeOffset now)
    {
        if (instance.Start.Schedule is { } schedule)
        {
            return schedule.Workflow;
        }

        // Never more than is left; what is too little for a turn says the workflow's own reader.
        var definition = AgentMemory.WorkflowOf(instance, run.Task!, now);
        return around.CostCapOf(definition) <= instance.LeftUsd || instance.LeftUsd <= 0
            ? definition
            : definition with { Limits = definition.Limits! with { CostCapUsd = instance.LeftUsd } };
    }

    /// <summary>Starts a run's workflow; one that does not check any more ends at once, and says so.</summary>
    private async Task<SurfaceInstance> StartAsync(
        SurfaceInstance instance, SurfaceRun run, DurableTaskClient client, CancellationToken cancellation)
    {
        try
        {
            var by = Subject.TryParse(instance.StartedBy) ?? Subject.Operator(Mesh);
            await starts.StartAsync(client, run.RunId, run.Definition!, by, cancellation);
            return instance;
        }
        catch (ProblemException refused) when (refused.Problem.Status < 500)
        {
            var why = refused.Problem.Errors is [var first, ..] ? $"{first.Path}: {first.Message}" : refused.Problem.Detail;
            var result = new SurfaceResult(EndState.Blocked, null, $"It could not start: {why}", 0, null, null);
            return await ChangeAsync(new EndRun(instance.Id, run.RunId, result), cancellation);
        }
    }

    private async Task CancelRunsAsync(SurfaceInstance instance, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var run in instance.Runs.Where(run => run.Phase == SurfaceRunPhase.Running))
        {
            var why = instance.Detail ?? $"'{instance.Id.Name}' was ended.";
            var stop = new StopWorkflow(run.RunId, WorkflowReason.Cancelled, why);
            if ((await workflows.ChangeAsync(stop, Mesh, cancellation)).State.Find(run.RunId) is { } workflow)
            {
                await starts.WakeAsync(client, workflow, raise: true, cancellation);
            }
        }
    }

    private Task<SurfaceInstance> StopAsync(
        SurfaceInstance instance, SurfaceReason reason, string detail, CancellationToken cancellation) =>
        ChangeAsync(new StopSurface(instance.Id, reason, detail, Now: false), cancellation);

    /// <summary>Asks for a change, and goes on from what the store says, whatever became of it.</summary>
    private async Task<SurfaceInstance> ChangeAsync(SurfaceStep step, CancellationToken cancellation) =>
        (await surfaces.ChangeAsync(step, Mesh, cancellation)).State.Find(step.Of)!;
}
