using System.Text.Json.Serialization;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Surfaces;

/// <summary>Names one life of an instance: a name may come again once the one before has ended.</summary>
/// <param name="Kind">Which surface.</param>
/// <param name="Name">The instance.</param>
/// <param name="Generation">1 for the first of that name, one more each time.</param>
public sealed record SurfaceId(SurfaceKind Kind, string Name, int Generation);

/// <summary>What is asked of the surfaces: a line of their log. <see cref="SurfaceInstance"/> says what becomes of it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OpenSurface), "open")]
[JsonDerivedType(typeof(QueueTask), "queue_task")]
[JsonDerivedType(typeof(ConsiderFires), "consider_fires")]
[JsonDerivedType(typeof(BeginRun), "begin_run")]
[JsonDerivedType(typeof(EndRun), "end_run")]
[JsonDerivedType(typeof(PauseSurface), "pause")]
[JsonDerivedType(typeof(ResumeSurface), "resume")]
[JsonDerivedType(typeof(StopSurface), "stop")]
public abstract record SurfaceChange
{
    private protected SurfaceChange()
    {
    }
}

/// <summary>An instance is to begin.</summary>
/// <param name="Start">What it is.</param>
public sealed record OpenSurface(SurfaceOpening Start) : SurfaceChange;

/// <summary>What is asked of an instance that there is.</summary>
/// <param name="Of">Which.</param>
public abstract record SurfaceStep(SurfaceId Of) : SurfaceChange;

/// <summary>A persistent agent is given a task; once, whoever asks again.</summary>
/// <param name="Of">The agent.</param>
/// <param name="RunId">The run that it will be.</param>
/// <param name="Task">The task.</param>
public sealed record QueueTask(SurfaceId Of, string RunId, AgentTask Task) : SurfaceStep(Of);

/// <summary>A schedule looked at the time since it last did.</summary>
/// <param name="Of">The schedule.</param>
/// <param name="After">Up to where it had looked; refused where that is not so (any more).</param>
/// <param name="UpTo">Up to where it has looked now.</param>
/// <param name="Fires">The runs that are due.</param>
/// <param name="LeftOut">Fires that have no run.</param>
public sealed record ConsiderFires(
    SurfaceId Of, DateTimeOffset After, DateTimeOffset UpTo, IReadOnlyList<DueFire> Fires, int LeftOut) : SurfaceStep(Of);

/// <summary>A fire that has a run.</summary>
/// <param name="At">When it was due.</param>
/// <param name="RunId">The run.</param>
public sealed record DueFire(DateTimeOffset At, string RunId);

/// <summary>A run begins.</summary>
/// <param name="Of">The instance.</param>
/// <param name="RunId">The run.</param>
/// <param name="CostCapUsd">What it may cost, in US dollars.</param>
/// <param name="Definition">The workflow that it is; what was said first holds.</param>
public sealed record BeginRun(SurfaceId Of, string RunId, decimal CostCapUsd, WorkflowDefinition Definition) : SurfaceStep(Of);

/// <summary>A run has ended.</summary>
/// <param name="Of">The instance.</param>
/// <param name="RunId">The run.</param>
/// <param name="Result">How.</param>
public sealed record EndRun(SurfaceId Of, string RunId, SurfaceResult Result) : SurfaceStep(Of);

/// <summary>A schedule starts no runs for a while; what falls into it is not missed.</summary>
/// <param name="Of">The schedule.</param>
public sealed record PauseSurface(SurfaceId Of) : SurfaceStep(Of);

/// <summary>A schedule that was paused goes on from now.</summary>
/// <param name="Of">The schedule.</param>
public sealed record ResumeSurface(SurfaceId Of) : SurfaceStep(Of);

/// <summary>An instance starts no more runs, and ends with the last that runs.</summary>
/// <param name="Of">The instance.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">More, in words.</param>
/// <param name="Now">Whether what runs is cancelled.</param>
public sealed record StopSurface(SurfaceId Of, SurfaceReason Reason, string? Detail, bool Now) : SurfaceStep(Of);
