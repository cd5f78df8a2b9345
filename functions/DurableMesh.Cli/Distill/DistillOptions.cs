using System.Text.Json.Serialization;
using DurableMesh.Core.Distillation;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Distill;

/// <summary>How drafts are to be distilled.</summary>
internal sealed record DistillOptions
{
    /// <summary>The agent that asks.</summary>
    public required string Distiller { get; init; }

    /// <summary>The agent that compares.</summary>
    public required string Comparator { get; init; }

    /// <summary>How many drafts share a thread: 1 to <see cref="DraftBatch.MaxDrafts"/>.</summary>
    public required int Batch { get; init; }

    /// <summary>How many threads are open at once; no part of what a thread is about.</summary>
    [JsonIgnore]
    public int Parallel { get; init; } = 8;

    /// <summary>How often a thread's drafts are judged at most.</summary>
    public required int MaxRounds { get; init; }

    /// <summary>The limits of each thread.</summary>
    public required LimitsRequest Limits { get; init; }

    /// <summary>The command that mends a draft; null to take the comparator's proposals alone.</summary>
    public string? Mend { get; init; }
}

/// <summary>What became of a draft.</summary>
internal enum DraftEnd
{
    /// <summary>It passed as it was.</summary>
    Passed,

    /// <summary>It passed once it was mended.</summary>
    Mended,

    /// <summary>It is of no use.</summary>
    Dropped,

    /// <summary>It did not pass within the limits.</summary>
    Stopped,
}

/// <summary>A draft that has been through the mesh.</summary>
/// <param name="Id">The draft.</param>
/// <param name="End">What became of it.</param>
/// <param name="ThreadId">The thread whose evidence shows it.</param>
/// <param name="Why">Why it is not kept, or why it was mended; in words.</param>
/// <param name="Codes">The reasons' stable names, as far as the comparator gives any.</param>
internal sealed record DistilledDraft(string Id, DraftEnd End, string ThreadId, string? Why, IReadOnlyList<string> Codes);

/// <summary>The drafts of one thread, at its end.</summary>
/// <param name="Thread">The thread.</param>
/// <param name="Drafts">What became of each.</param>
/// <param name="Kept">Those that passed, as they were judged.</param>
/// <param name="Reading">What the comparator had to read.</param>
internal sealed record DistilledBatch(
    ThreadView Thread, IReadOnlyList<DistilledDraft> Drafts, IReadOnlyList<QuestionAnswer> Kept, ReadingCost Reading);
