using System.Collections.Immutable;
using System.Globalization;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Surfaces;

/// <summary>An instance of a surface: a pure fold of what was asked of it. All legal transitions stand in its switch.</summary>
public sealed record SurfaceInstance
{
    /// <summary>Which it is.</summary>
    public required SurfaceId Id { get; init; }

    /// <summary>What it is.</summary>
    public required SurfaceOpening Start { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who started it, as <see cref="Identity.Subject.ToString"/> writes it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Where it is.</summary>
    public SurfacePhase Phase { get; init; }

    /// <summary>Up to where a schedule has looked for fires.</summary>
    public required DateTimeOffset Cursor { get; init; }

    /// <summary>Fires that have no run.</summary>
    public int LeftOut { get; init; }

    /// <summary>All runs, the oldest first.</summary>
    public ImmutableList<SurfaceRun> Runs { get; init; } = [];

    /// <summary>Why it ends; null until it does.</summary>
    public SurfaceReason? Reason { get; init; }

    /// <summary>More about the end, in words.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether what runs is to be cancelled.</summary>
    public bool IsCancelling { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset Deadline => CreatedAt + Start.Limits.Ttl;

    /// <summary>Its orchestration's instance id.</summary>
    public string OrchestrationId => OrchestrationOf(Id);

    /// <summary>Runs that have begun.</summary>
    public int Begun => Runs.Count(run => run.Phase is SurfaceRunPhase.Running or SurfaceRunPhase.Ended);

    /// <summary>What all ended runs cost, in US dollars.</summary>
    public decimal SpentUsd => Runs.Sum(run => run.Result?.CostUsd ?? 0);

    /// <summary>What is neither spent nor given to a run, in US dollars; never below zero.</summary>
    public decimal LeftUsd => Math.Max(
        0,
        Start.Limits.CostCapUsd - SpentUsd - Runs.Where(run => run.Phase == SurfaceRunPhase.Running).Sum(run => run.CostCapUsd));

    /// <summary>How it ended, by how its runs did; null until then.</summary>
    public EndState? EndState => Phase != SurfacePhase.Ended ? null
        : Runs.Count > 0 && Runs.TrueForAll(IsGood) ? Wire.EndState.Pass
        : Runs.Exists(IsGood) ? Wire.EndState.Partial
        : Wire.EndState.Blocked;

    /// <summary>The path of its evidence file.</summary>
    public string EvidencePath => string.Create(
        CultureInfo.InvariantCulture,
        $"evidence/{CreatedAt.UtcDateTime:yyyy'/'MM}/{Choices<SurfaceKind>.NameOf(Id.Kind)}-{Id.Name}-{Id.Generation}.json");

    /// <summary>The run that is to begin next; null where none may.</summary>
    public SurfaceRun? NextRun => Phase != SurfacePhase.Active ? null
        : Id.Kind == SurfaceKind.AgentFactory && Runs.Exists(run => run.Phase == SurfaceRunPhase.Running) ? null
        : Runs.Find(run => run.Phase == SurfaceRunPhase.Queued);

    /// <summary>A run; null where there is none.</summary>
    /// <param name="runId">Its id.</param>
    public SurfaceRun? Find(string runId) => Runs.Find(run => run.RunId == runId);

    /// <summary>The orchestration's instance id of an instance.</summary>
    /// <param name="id">The instance.</param>
    public static string OrchestrationOf(SurfaceId id) =>
        string.Create(CultureInfo.InvariantCulture, $"surface:{Choices<SurfaceKind>.NameOf(id.Kind)}:{id.Name}:{id.Generation}");

    /// <summary>An instance that begins.</summary>
    /// <param name="start">What it is.</param>
    /// <param name="generation">Which of its name it is.</param>
    /// <param name="at">When.</param>
    /// <param name="by">Who starts it.</param>
    public static SurfaceInstance Open(SurfaceOpening start, int generation, DateTimeOffset at, string by) => new()
    {
        Id = new SurfaceId(start.Kind, start.Name, generation),
        Start = start,
        CreatedAt = at,
        StartedBy = by,
        Cursor = at,
    };

    /// <summary>What becomes of what is asked: the instance after it, and why it is refused if it is.</summary>
    /// <param name="step">What is asked.</param>
    /// <param name="at">When.</param>
    public (SurfaceInstance Instance, ChangeRefusal? Refusal) Apply(SurfaceStep step, DateTimeOffset at)
    {
        var (after, refusal) = step switch
        {
            QueueTask task => Queue(task, at),
            ConsiderFires fires when Phase == SurfacePhase.Active && fires.After == Cursor && fires.UpTo > Cursor =>
                (Fire(fires, at), null),
            BeginRun begin when NextRun is not null && IsIn(begin.RunId, SurfaceRunPhase.Queued) =>
                (Set(begin.RunId, run => run with
                {
                    Phase = SurfaceRunPhase.Running,
                    CostCapUsd = begin.CostCapUsd,
                    Definition = begin.Definition,
                    StartedAt = at,
                }), null),
            EndRun end when IsIn(end.RunId, SurfaceRunPhase.Running) => (Set(end.RunId, run => run with
            {
                Phase = SurfaceRunPhase.Ended,
                Definition = null,
                Result = end.Result,
                EndedAt = at,
            }), null),
            PauseSurface or ResumeSurface or StopSurface when Phase == SurfacePhase.Ended => (this, Over()),
            PauseSurface or ResumeSurface when Phase == SurfacePhase.Ending => (this, Over()),
            PauseSurface => (this with { Phase = SurfacePhase.Paused }, null),
            ResumeSurface when Phase == SurfacePhase.Paused => (this with { Phase = SurfacePhase.Active, Cursor = at }, null),
            StopSurface stop => (this with
            {
                Phase = SurfacePhase.Ending,
                Reason = Reason ?? stop.Reason,
                Detail = Reason is null ? stop.Detail : Detail,
                IsCancelling = IsCancelling || stop.Now,
            }, null),

            // Another episode, or host, has done it; whoever asks goes on from what there is.
            _ => (this, (ChangeRefusal?)null),
        };
        return (after.Closed(at), refusal);
    }

    private SurfaceInstance Closed(DateTimeOffset at) =>
        Phase != SurfacePhase.Ending || Runs.Exists(run => run.Phase == SurfaceRunPhase.Running) ? this : this with
        {
            Phase = SurfacePhase.Ended,
            EndedAt = at,
            Runs =
            [
                .. Runs.Select(run =>
                    run.Phase == SurfaceRunPhase.Queued ? run with { Phase = SurfaceRunPhase.Dropped, EndedAt = at } : run),
            ],
        };

    private (SurfaceInstance Instance, ChangeRefusal? Refusal) Queue(QueueTask task, DateTimeOffset at)
    {
        if (Find(task.RunId) is { } known)
        {
            return (this, ContentHash.Of(known.Task) == ContentHash.Of(task.Task) ? null : new ChangeRefusal(
                RefusalKind.Conflict,
                "idempotency_conflict",
                $"Another task of agent '{Id.Name}' was given with this Idempotency-Key. Take a new key."));
        }

        if (Phase is SurfacePhase.Ending or SurfacePhase.Ended)
        {
            return (this, Over());
        }

        return Runs.Count >= Start.Limits.Runs
            ? (this, new ChangeRefusal(
                RefusalKind.Conflict, "max_runs", $"Agent '{Id.Name}' takes {Start.Limits.Runs} tasks, and has had them all."))
            : (this with { Runs = Runs.Add(new SurfaceRun { RunId = task.RunId, QueuedAt = at, Task = task.Task }) }, null);
    }

    private SurfaceInstance Fire(ConsiderFires fires, DateTimeOffset at) => this with
    {
        Cursor = fires.UpTo,
        LeftOut = LeftOut + fires.LeftOut,
        Runs = Runs.AddRange(fires.Fires.Select((fire, n) => new SurfaceRun
        {
            RunId = fire.RunId,
            QueuedAt = at,
            FireAt = fire.At,
            LeftOut = n == 0 ? fires.LeftOut : 0,
        })),
    };

    private ChangeRefusal Over() => new(
        RefusalKind.Conflict,
        "surface_ended",
        $"'{Id.Name}' {(Phase == SurfacePhase.Ended ? "has ended" : "is ending")} ({Reason}). Start one anew.");

    private bool IsIn(string runId, SurfaceRunPhase phase) => Find(runId)?.Phase == phase;

    private SurfaceInstance Set(string runId, Func<SurfaceRun, SurfaceRun> change)
    {
        var at = Runs.FindIndex(run => run.RunId == runId);
        return this with { Runs = Runs.SetItem(at, change(Runs[at])) };
    }

    private static bool IsGood(SurfaceRun run) => run.Result is { EndState: Wire.EndState.Pass or Wire.EndState.Answered };
}
