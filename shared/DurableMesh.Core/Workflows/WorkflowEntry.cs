using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>One event of a run in its hash chain, which is made as that of a thread is (<see cref="TranscriptEntry"/>).</summary>
public sealed record WorkflowEntry : IChainEntry
{
    /// <summary>Its place: 0 is the opening, without gaps.</summary>
    public required int Ordinal { get; init; }

    /// <summary>What happened.</summary>
    public required WorkflowEvent Event { get; init; }

    /// <summary>The hash of the entry before; <see cref="ContentHash.Genesis"/> on the first.</summary>
    public required string Prev { get; init; }

    /// <summary>This entry's hash.</summary>
    public required string Hash { get; init; }

    /// <summary>Links an event to the end of a run's chain.</summary>
    /// <param name="ordinal">The entry's place.</param>
    /// <param name="prev">The hash of the entry before.</param>
    /// <param name="workflowEvent">The event.</param>
    public static WorkflowEntry Link(int ordinal, string prev, WorkflowEvent workflowEvent)
    {
        var entry = new WorkflowEntry { Ordinal = ordinal, Event = workflowEvent, Prev = prev, Hash = "" };
        return entry with { Hash = TranscriptEntry.HashOf(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options)) };
    }
}
