using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Surfaces;

/// <summary>A persistent agent or a schedule as the API shows it: one shape for both.</summary>
public sealed record SurfaceView
{
    private const int ShownRuns = 20;

    /// <summary>Which surface it is of.</summary>
    public required SurfaceKind Kind { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Which of its name it is, from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>Where it is.</summary>
    public required SurfacePhase State { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ends; null until it does.</summary>
    public SurfaceReason? Reason { get; init; }

    /// <summary>More about the end, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>The schedule; left out of an agent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleInput? Schedule { get; init; }

    /// <summary>The agent; left out of a schedule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentInput? Agent { get; init; }

    /// <summary>What bounds it.</summary>
    public required SurfaceLimits Limits { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What all ended runs cost, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>What is neither spent nor given to a run, in US dollars.</summary>
    public required decimal LeftUsd { get; init; }

    /// <summary>Runs that have begun.</summary>
    public required int Begun { get; init; }

    /// <summary>The next fires of a schedule that is active.</summary>
    public IReadOnlyList<DateTimeOffset> Next { get; init; } = [];

    /// <summary>Fires that have no run, because nobody was there for them.</summary>
    public required int LeftOut { get; init; }

    /// <summary>What waits for its turn, the first to come first.</summary>
    public required IReadOnlyList<SurfaceRun> Queue { get; init; }

    /// <summary>The newest runs that have begun, or never will, the newest first.</summary>
    public required IReadOnlyList<SurfaceRun> Runs { get; init; }

    /// <summary>What an agent's next brief tells of earlier tasks, the newest first.</summary>
    public IReadOnlyList<string> Context { get; init; } = [];

    /// <summary>The path of its evidence file.</summary>
    public required string Evidence { get; init; }

    /// <summary>Shows an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="next">The next fires of a schedule.</param>
    public static SurfaceView Of(SurfaceInstance instance, IReadOnlyList<DateTimeOffset> next) => new()
    {
        Kind = instance.Id.Kind,
        Name = instance.Id.Name,
        Generation = instance.Id.Generation,
        State = instance.Phase,
        EndState = instance.EndState,
        Reason = instance.Reason,
        Detail = instance.Detail,
        Schedule = instance.Start.Schedule,
        Agent = instance.Start.Agent,
        Limits = instance.Start.Limits,
        StartedBy = instance.StartedBy,
        CreatedAt = instance.CreatedAt,
        Deadline = instance.Deadline,
        EndedAt = instance.EndedAt,
        CostUsd = instance.SpentUsd,
        LeftUsd = instance.LeftUsd,
        Begun = instance.Begun,
        Next = next,
        LeftOut = instance.LeftOut,
        Queue = [.. instance.Runs.Where(run => run.Phase == SurfaceRunPhase.Queued)],
        Runs = [.. instance.Runs.Reverse().Where(run => run.Phase != SurfaceRunPhase.Queued).Take(ShownRuns)],
        Context = instance.Id.Kind == SurfaceKind.AgentFactory ? AgentMemory.Of(instance) : [],
        Evidence = instance.EvidencePath,
    };
}

/// <summary>Persistent agents, or schedules.</summary>
/// <param name="Surfaces">The newest of each name, by name.</param>
public sealed record SurfacesPage(IReadOnlyList<SurfaceView> Surfaces);

/// <summary>The evidence of an instance: what it was, each run with the head of its own evidence, and how it ended.</summary>
/// <param name="Surface">The instance; its runs are all of them.</param>
/// <param name="Final">Whether it has ended.</param>
/// <param name="Hash">SHA-256 of <paramref name="Surface"/> as canonical JSON, 64 hexadecimal digits.</param>
public sealed record SurfaceEvidence(SurfaceView Surface, bool Final, string Hash)
{
    /// <summary>The evidence of an instance.</summary>
    /// <param name="instance">The instance.</param>
    public static SurfaceEvidence Of(SurfaceInstance instance)
    {
        var whole = SurfaceView.Of(instance, []) with
        {
            Runs = [.. instance.Runs.Where(run => run.Phase != SurfaceRunPhase.Queued)],
        };
        return new SurfaceEvidence(whole, instance.Phase == SurfacePhase.Ended, ContentHash.Of(whole));
    }

    /// <summary>The file.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, MeshJson.Indented);
}
