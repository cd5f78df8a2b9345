using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Surfaces;

/// <summary>The sequential surfaces that live on between runs.</summary>
[JsonConverter(typeof(KebabCaseEnumConverter<SurfaceKind>))]
public enum SurfaceKind
{
    /// <summary>A persistent agent: tasks, one after the other, with the context of those before.</summary>
    AgentFactory,

    /// <summary>A schedule that starts runs.</summary>
    Cron,
}

/// <summary>Where an instance of a surface is; <c>state</c> on the wire.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SurfacePhase>))]
public enum SurfacePhase
{
    /// <summary>It starts runs.</summary>
    Active,

    /// <summary>It starts none until it is resumed.</summary>
    Paused,

    /// <summary>It starts none any more, and waits for those that run.</summary>
    Ending,

    /// <summary>Over.</summary>
    Ended,
}

/// <summary>Why an instance of a surface ends.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SurfaceReason>))]
public enum SurfaceReason
{
    /// <summary>Somebody ended it.</summary>
    Removed,

    /// <summary>Limit: its time ran out.</summary>
    TtlExpired,

    /// <summary>Limit: what is left does not pay for the next run.</summary>
    CostCap,

    /// <summary>Limit: it has had all its runs.</summary>
    MaxRuns,
}

/// <summary>Where a run of a surface is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SurfaceRunPhase>))]
public enum SurfaceRunPhase
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>Its workflow runs.</summary>
    Running,

    /// <summary>Its workflow has ended.</summary>
    Ended,

    /// <summary>It never began: its surface ended before.</summary>
    Dropped,
}

/// <summary>What becomes of fires that were missed while no host ran.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MissedFires>))]
public enum MissedFires
{
    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>One run stands for all of them.</summary>
    Once,

    /// <summary>Each has its run, the newest <see cref="FirePlan.MostMissed"/> at most.</summary>
    All,
}
