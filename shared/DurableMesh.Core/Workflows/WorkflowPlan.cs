using DurableMesh.Core.Money;

namespace DurableMesh.Core.Workflows;

/// <summary>What comes next in a run: pure.</summary>
public static class WorkflowPlan
{
    /// <summary>What is to be done now.</summary>
    /// <param name="run">The run.</param>
    public static WorkflowMoves Next(WorkflowRun run)
    {
        var running = run.Steps
            .Where(step => step.Phase == StepPhase.Running)
            .Select(step => new StepMove(step.Plan.Id, step.Attempt, step.CostCapUsd));
        return new WorkflowMoves(
            run.Entries.Count,
            IsOver: run.Ended is not null,
            IsStopping: run is { Stopped: not null, Ended: null },
            [.. running, .. Startable(run)],
            run.Start.Deadline);
    }

    /// <summary>
    /// The steps that can begin, each with its share of what is left: all of it where the step names no cap of its own and begins
    /// alone. What cannot pay a turn waits for what the others leave.
    /// </summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<StepMove> Startable(WorkflowRun run)
    {
        var moves = new List<StepMove>();
        if (run.Ended is not null || run.Stopped is not null)
        {
            return moves;
        }

        var ready = run.Steps.Where(step => IsReady(run, step)).ToList();
        var left = run.LeftUsd;
        foreach (var (at, step) in ready.Index())
        {
            var plan = step.Plan;
            var share = Math.Max(Floor(left / (ready.Count - at)), Math.Min(plan.TurnUsd, left));
            var cap = Math.Min(Math.Min(plan.Limits?.CostCapUsd ?? share, left), run.Start.ThreadCapUsd);
            if (cap > 0 && cap >= plan.TurnUsd)
            {
                moves.Add(new StepMove(plan.Id, step.Attempt + 1, cap));
                left -= cap;
            }
        }

        return moves;
    }

    /// <summary>What earlier steps hand to a step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The step.</param>
    public static IReadOnlyList<HandedOn> HandedTo(WorkflowRun run, PlannedStep step) =>
    [
        .. run.Steps
            .Where(earlier => step.After.Contains(earlier.Plan.Id) && earlier is { Plan.HandsOn: true, Result: not null })
            .Select(earlier => new HandedOn(
                earlier.Plan.Id,
                earlier.Plan.Company,
                earlier.Result!.EndState,
                earlier.Result.Head,
                earlier.Result.Evidence,
                earlier.Result.Artifacts)),
    ];

    /// <summary>The tries of a step that have ended, for the brief of the next one; none where it is tried once.</summary>
    /// <param name="run">The run.</param>
    /// <param name="step">The step.</param>
    public static IReadOnlyList<EarlierTry> EarlierOf(WorkflowRun run, PlannedStep step)
    {
        if (!step.IsRetried)
        {
            return [];
        }

        var events = run.Entries.Select(entry => entry.Event).ToList();
        var threads = events.OfType<StepStarted>()
            .Where(started => started.Step == step.Id)
            .ToDictionary(started => started.Attempt, started => started.ThreadId);
        return
        [
            .. events.OfType<StepEnded>()
                .Where(ended => ended.Step == step.Id && ended.Result.Head is not null)
                .Select(ended => new EarlierTry(
                    ended.Attempt,
                    threads[ended.Attempt],
                    ended.Result.EndState,
                    ended.Result.Reason,
                    ended.Result.Head,
                    ended.Result.Submission,
                    ended.Result.Failed ?? [],
                    Artifacts: [])),
        ];
    }

    private static bool IsReady(WorkflowRun run, StepRun step) => step.Phase == StepPhase.Waiting
        && step.Plan.After.All(id => run.Find(id) is { Phase: StepPhase.Done });

    private static decimal Floor(decimal usd)
    {
        var rounded = UsdRounding.Round(usd);
        return rounded > usd ? rounded - 0.000000001m : rounded;
    }
}

/// <summary>What is to be done in a run.</summary>
/// <param name="Version">Counts what happened in the run: of two, the larger one is newer.</param>
/// <param name="IsOver">Whether it has ended.</param>
/// <param name="IsStopping">Whether what runs is to be cancelled.</param>
/// <param name="Live">The steps that run, or are to.</param>
/// <param name="Deadline">When the run ends by itself.</param>
public sealed record WorkflowMoves(
    int Version, bool IsOver, bool IsStopping, IReadOnlyList<StepMove> Live, DateTimeOffset Deadline);

/// <summary>A step that runs, or is to.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="CostCapUsd">What its thread is given, in US dollars.</param>
public sealed record StepMove(string Step, int Attempt, decimal CostCapUsd);
