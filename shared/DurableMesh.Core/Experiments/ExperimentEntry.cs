using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>What happened in an experiment.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ExperimentOpened), "opening")]
[JsonDerivedType(typeof(ArmRunEnded), "run")]
public abstract record ExperimentEvent
{
    private protected ExperimentEvent()
    {
    }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The experiment began: the first entry of its chain.</summary>
public sealed record ExperimentOpened : ExperimentEvent
{
    /// <summary>What it is.</summary>
    public required ExperimentPlan Plan { get; init; }
}

/// <summary>A run ended.</summary>
public sealed record ArmRunEnded : ExperimentEvent
{
    /// <summary>The run.</summary>
    public required ArmRun Run { get; init; }
}

/// <summary>
/// One event of an experiment in its hash chain, which is made as that of a thread is (<see cref="TranscriptEntry"/>). A runner
/// keeps the entries, one a line, and goes on from them after a crash.
/// </summary>
public sealed record ExperimentEntry : IChainEntry
{
    /// <summary>Its place: 0 is the opening, without gaps.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What happened.</summary>
    public required ExperimentEvent Event { get; init; }

    /// <summary>The hash of the entry before; <see cref="ContentHash.Genesis"/> on the first.</summary>
    public required string Prev { get; init; }

    /// <summary>This entry's hash.</summary>
    public required string Hash { get; init; }

    /// <summary>Links an event to the end of an experiment's chain.</summary>
    /// <param name="before">The entry before; null for the first.</param>
    /// <param name="happened">The event.</param>
    public static ExperimentEntry Link(ExperimentEntry? before, ExperimentEvent happened)
    {
        var entry = new ExperimentEntry
        {
            Ordinal = before is null ? 0 : before.Ordinal + 1,
            Event = happened,
            Prev = before?.Hash ?? ContentHash.Genesis,
            Hash = "",
        };
        return entry with { Hash = TranscriptEntry.HashOf(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options)) };
    }
}
