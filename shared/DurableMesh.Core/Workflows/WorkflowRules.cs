using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>
/// The rules of a run: from its state and what is asked to what happens. Pure, and asking twice is asking once.
/// </summary>
public static class WorkflowRules
{
    /// <summary>Decides what becomes of what is asked.</summary>
    /// <param name="run">The run; null before it begins.</param>
    /// <param name="change">What is asked.</param>
    /// <param name="at">When.</param>
    /// <param name="by">Who asks.</param>
    /// <returns>The run after it, and why it is refused if it is.</returns>
    public static (WorkflowRun? Run, ChangeRefusal? Refusal) Decide(
        WorkflowRun? run, WorkflowChange change, DateTimeOffset at, string by) => (run, change) switch
        {
            (null, BeginWorkflow begin) => (WorkflowRun.Open(new WorkflowOpened { At = at, Workflow = begin.Start }), null),
            (null, _) => (null, NotFound(change.Run)),
            (_, BeginWorkflow begin) => (
                run, begin.Start.RequestHash == run.Start.RequestHash ? null : OtherDefinition(change.Run)),
            (_, StartStep start) => Begin(run, start, at),
            (_, EndStep end) => End(run, end, at),
            (_, DecideStep decide) => Decided(run, decide, at, by),
            (_, StopWorkflow stop) => (
                run is { Ended: null, Stopped: null } ? Stop(run, stop.Reason, stop.Detail, by, at) : run, null),
            (_, FinalizeWorkflow final) => Finalize(run, final, at, by),
            _ => (run, new ChangeRefusal(RefusalKind.Invalid, "unknown_change", $"There is no {change.GetType().Name}.")),
        };

    /// <summary>Why nothing can be done with a run that does not exist.</summary>
    /// <param name="id">What it was called.</param>
    public static ChangeRefusal NotFound(string id) =>
        new(RefusalKind.NotFound, "workflow_not_found", $"There is no workflow {id}.");

    /// <summary>Why a run is not started once more with something else.</summary>
    /// <param name="id">The run.</param>
    public static ChangeRefusal OtherDefinition(string id) => new(
        RefusalKind.Conflict,
        "idempotency_conflict",
        $"Workflow {id} was started with this key by another definition. Take another key.");

    private static (WorkflowRun, ChangeRefusal?) Begin(WorkflowRun run, StartStep start, DateTimeOffset at)
    {
        var (step, move) = (run.Find(start.Move.Step), start.Move);
        if (step is { Phase: not StepPhase.Waiting } && step.Attempt == move.Attempt)
        {
            return (run, null);
        }

        return WorkflowPlan.Startable(run).Any(one => one.Step == move.Step && one.Attempt == move.Attempt)
            && move.CostCapUsd <= run.LeftUsd
            && move.CostCapUsd <= run.Start.ThreadCapUsd
                ? (run.Apply(new StepStarted
                {
                    At = at,
                    Step = move.Step,
                    Attempt = move.Attempt,
                    ThreadId = start.ThreadId,
                    CostCapUsd = move.CostCapUsd,
                    HandedOn = start.HandedOn,
                    Earlier = start.Earlier,
                    Brief = start.Brief,
                }), null)
                : (run, new ChangeRefusal(RefusalKind.Conflict, "step_not_ready", $"Step '{move.Step}' cannot begin now."));
    }

    private static (WorkflowRun, ChangeRefusal?) End(WorkflowRun run, EndStep end, DateTimeOffset at)
    {
        if (run.Find(end.Step) is not { Phase: StepPhase.Running } step || step.Attempt != end.Attempt)
        {
            // Recorded before, by an episode that was never committed, or by another host.
            return (run, null);
        }

        var next = run.Apply(new StepEnded { At = at, Step = end.Step, Attempt = end.Attempt, Result = end.Result });
        return (next.Stopped is null && next.Find(end.Step)!.Phase == StepPhase.Failed
            ? Stop(next, ReasonOf(end.Result), WordsOf(next.Find(end.Step)!, end.Result), by: null, at)
            : Conclude(next, at), null);
    }

    private static (WorkflowRun, ChangeRefusal?) Decided(WorkflowRun run, DecideStep decide, DateTimeOffset at, string by)
    {
        if (run is not { Ended: null, Stopped: null } || run.Find(decide.Step) is not { Phase: StepPhase.Held } held)
        {
            var holding = run.Steps.Where(step => step.Phase == StepPhase.Held).Select(step => $"'{step.Plan.Id}'").ToList();
            return (run, new ChangeRefusal(
                RefusalKind.Conflict,
                "not_held",
                $"Step '{decide.Step}' does not wait for a decision"
                + $"{(holding.Count == 0 ? "; none does." : $"; {string.Join(", ", holding)} does.")}"));
        }

        var next = run.Apply(new StepDecided
        {
            At = at,
            Step = decide.Step,
            Decision = decide.Decision,
            By = by,
            Why = decide.Why,
        });
        return (decide.Decision == StepDecision.End
            ? Stop(next, ReasonOf(held.Result!), WordsOf(held, held.Result!), by, at)
            : Conclude(next, at), null);
    }

    private static (WorkflowRun, ChangeRefusal?) Finalize(WorkflowRun run, FinalizeWorkflow final, DateTimeOffset at, string by)
    {
        if (run.Finalized is not null)
        {
            return (run, null);
        }

        var plumbing = run.Plumbing.ToList();
        var objection = run.Ended switch
        {
            null => new ChangeRefusal(
                RefusalKind.Conflict, "workflow_not_ended", "The workflow has not ended; there is no result yet."),
            { EndState: not (EndState.Pass or EndState.Answered) } ended => new ChangeRefusal(
                RefusalKind.Conflict,
                "workflow_not_passed",
                $"The workflow ended as {Choices<EndState>.NameOf(ended.EndState)}; only the task's owner can say what to make "
                + "of it."),
            _ when plumbing.Count > 0 && !final.Plumbing => new ChangeRefusal(
                RefusalKind.Conflict,
                "plumbing_only",
                $"Only the mesh's wiring answered in {string.Join(", ", plumbing)}; no agent thought about it. Who wants it all "
                + "the same says so: plumbing = true."),
            _ => null,
        };
        return objection is null
            ? (run.Apply(new WorkflowFinalized { At = at, By = by, Plumbing = plumbing.Count > 0, Why = final.Why }), null)
            : (run, objection);
    }

    private static WorkflowRun Stop(WorkflowRun run, WorkflowReason reason, string? detail, string? by, DateTimeOffset at) =>
        Conclude(run.Apply(new WorkflowStopped { At = at, Reason = reason, Detail = detail, By = by }), at);

    /// <summary>Ends the run where nothing of it can go on.</summary>
    private static WorkflowRun Conclude(WorkflowRun run, DateTimeOffset at)
    {
        if (run.Steps.Any(step => step.Phase == StepPhase.Running))
        {
            return run;
        }

        if (run.Stopped is { } stopped)
        {
            return Close(EndStateOf(run, stopped.Reason), stopped.Reason, stopped.Detail);
        }

        return run.Steps.All(step => step.Phase == StepPhase.Done) ? Close(WholeOf(run), WorkflowReason.Completed, null)
            : run.Steps.Any(step => step.Phase == StepPhase.Held) || WorkflowPlan.Startable(run).Count > 0 ? run
            : Close(
                EndStateOf(run, WorkflowReason.CostCap),
                WorkflowReason.CostCap,
                FormattableString.Invariant(
                    $"{run.SpentUsd} of {run.Start.CostCapUsd} USD are spent; what is left pays no turn of the next step."));

        WorkflowRun Close(EndState state, WorkflowReason reason, string? detail) =>
            run.Apply(new WorkflowEnded { At = at, EndState = state, Reason = reason, Detail = detail });
    }

    /// <summary>
    /// DESIGN §4, no false PASS: a run passes only where every step came to what it was to, and a verifier passed one.
    /// </summary>
    private static EndState WholeOf(WorkflowRun run) =>
        run.Steps.Any(step => step.IsLetGo || step.Result is { EndState: EndState.Partial or EndState.Blocked })
            ? EndState.Partial
        : run.Plumbing.Any() || run.Steps.All(step => step.Result is not { EndState: EndState.Pass }) ? EndState.Answered
        : EndState.Pass;

    private static EndState EndStateOf(WorkflowRun run, WorkflowReason reason) => reason switch
    {
        WorkflowReason.StepPartial => EndState.Partial,
        WorkflowReason.CostCap or WorkflowReason.TtlExpired
            when run.Steps.Any(step => step.Result is { EndState: EndState.Pass }) => EndState.Partial,
        _ => EndState.Blocked,
    };

    private static WorkflowReason ReasonOf(StepResult result) =>
        WorkflowRun.IsBlocked(result) ? WorkflowReason.StepBlocked : WorkflowReason.StepPartial;

    private static string WordsOf(StepRun step, StepResult result) =>
        $"Step '{step.Plan.Id}' ended"
        + $"{(step is { Plan.IsRetried: true, Attempt: > 1 and var tries } ? $" after {tries} tries" : "")}"
        + $" as {Choices<EndState>.NameOf(result.EndState)}, {Choices<EndReason>.NameOf(result.Reason)}"
        + $"{(result.Detail is { Length: > 0 } detail ? $": {detail}" : ".")}";
}
