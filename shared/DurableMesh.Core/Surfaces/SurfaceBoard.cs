using System.Collections.Immutable;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Core.Surfaces;

/// <summary>All persistent agents and schedules, with those that have ended: a fold of what was asked.</summary>
public sealed class SurfaceBoard : IFolded<SurfaceBoard, SurfaceChange>
{
    private readonly ImmutableDictionary<SurfaceId, SurfaceInstance> _instances;
    private readonly ImmutableDictionary<(SurfaceKind Kind, string Name), int> _newest;
    private readonly ImmutableDictionary<string, SurfaceId> _running;

    private SurfaceBoard(
        ImmutableDictionary<SurfaceId, SurfaceInstance> instances,
        ImmutableDictionary<(SurfaceKind Kind, string Name), int> newest,
        ImmutableDictionary<string, SurfaceId> running) =>
        (_instances, _newest, _running) = (instances, newest, running);

    /// <inheritdoc/>
    public static SurfaceBoard Empty { get; } = new(
        ImmutableDictionary<SurfaceId, SurfaceInstance>.Empty,
        ImmutableDictionary<(SurfaceKind Kind, string Name), int>.Empty,
        ImmutableDictionary<string, SurfaceId>.Empty);

    /// <summary>One life of an instance; null where there is none.</summary>
    /// <param name="id">Which.</param>
    public SurfaceInstance? Find(SurfaceId id) => _instances.GetValueOrDefault(id);

    /// <summary>The newest of a name; null where there is none.</summary>
    /// <param name="kind">Which surface.</param>
    /// <param name="name">The name.</param>
    public SurfaceInstance? Find(SurfaceKind kind, string name) =>
        _newest.TryGetValue((kind, name), out var generation) ? Find(new SurfaceId(kind, name, generation)) : null;

    /// <summary>The newest of each name, by name.</summary>
    /// <param name="kind">Which surface.</param>
    public IEnumerable<SurfaceInstance> List(SurfaceKind kind) => _newest.Keys
        .Where(key => key.Kind == kind)
        .OrderBy(key => key.Name, StringComparer.Ordinal)
        .Select(key => Find(key.Kind, key.Name)!);

    /// <summary>Whose run a workflow is that runs; null where it is no surface's.</summary>
    /// <param name="runId">The workflow's id.</param>
    public SurfaceInstance? OwnerOf(string runId) => _running.TryGetValue(runId, out var id) ? Find(id) : null;

    /// <summary>Why nothing can be done with an instance that does not exist.</summary>
    /// <param name="kind">Which surface.</param>
    /// <param name="name">What it was called.</param>
    public static ChangeRefusal NotFound(SurfaceKind kind, string name) => kind == SurfaceKind.Cron
        ? new(RefusalKind.NotFound, "schedule_not_found", $"There is no schedule '{name}'.")
        : new(RefusalKind.NotFound, "surface_agent_not_found", $"There is no persistent agent '{name}'.");

    /// <inheritdoc/>
    public ChangeResult<SurfaceBoard> Apply(SurfaceChange change, DateTimeOffset at, string by)
    {
        if (change is OpenSurface { Start: var start })
        {
            return Open(start, at, by);
        }

        var step = (SurfaceStep)change;
        if (Find(step.Of) is not { } before)
        {
            return new(this, NotFound(step.Of.Kind, step.Of.Name));
        }

        var (after, refusal) = before.Apply(step, at);
        return ReferenceEquals(before, after) ? new(this, refusal) : new(With(after), refusal);
    }

    private ChangeResult<SurfaceBoard> Open(SurfaceOpening start, DateTimeOffset at, string by)
    {
        var known = Find(start.Kind, start.Name);
        if (known is not null && known.Phase != SurfacePhase.Ended)
        {
            return new(this, ContentHash.Of(known.Start) == ContentHash.Of(start) ? null : new ChangeRefusal(
                RefusalKind.Conflict,
                "surface_exists",
                $"'{start.Name}' exists and is another one. End it first, or take another name."));
        }

        return new(With(SurfaceInstance.Open(start, (known?.Id.Generation ?? 0) + 1, at, by)));
    }

    private SurfaceBoard With(SurfaceInstance instance)
    {
        var running = _running;
        foreach (var run in instance.Runs)
        {
            running = run.Phase == SurfaceRunPhase.Running ? running.SetItem(run.RunId, instance.Id) : running.Remove(run.RunId);
        }

        return new SurfaceBoard(
            _instances.SetItem(instance.Id, instance),
            _newest.SetItem((instance.Id.Kind, instance.Id.Name), instance.Id.Generation),
            running);
    }
}
