using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>What does not hold in an evidence file.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<EvidenceFault>))]
public enum EvidenceFault
{
    /// <summary>The file is no JSON, no interoperable JSON, or no evidence file of a known format.</summary>
    NoEvidence,

    /// <summary>An entry cannot be read as what it says it is.</summary>
    UnreadableEntry,

    /// <summary>An entry's content is not what its hash was computed over.</summary>
    HashMismatch,

    /// <summary>The chain does not end where somebody who kept its head knows that it ends.</summary>
    HeadMismatch,

    /// <summary>An entry does not follow the one before it.</summary>
    BrokenLink,

    /// <summary>The thread's rules would not have let it happen, or would have made something else of it.</summary>
    RuleBroken,

    /// <summary>A cost is not what its price row gives.</summary>
    CostMismatch,

    /// <summary>What the file says in sum is not what its entries say.</summary>
    SummaryMismatch,

    /// <summary>The evidence of a workflow's thread is not among the files.</summary>
    ThreadMissing,

    /// <summary>A workflow's thread is not what the workflow says of it.</summary>
    ThreadMismatch,
}

/// <summary>One thing that does not hold.</summary>
/// <param name="Fault">What kind of thing.</param>
/// <param name="Entry">The entry's place in <c>entries</c>, from 0; null for the file as a whole.</param>
/// <param name="Id">The entry's messageId, or its type; null for the file as a whole.</param>
/// <param name="Path">Where in the entry, or in the file.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Expected">What had to be there.</param>
/// <param name="Found">What is there.</param>
public sealed record EvidenceFinding(
    EvidenceFault Fault,
    int? Entry,
    string? Id,
    string Path,
    string Message,
    string? Expected = null,
    string? Found = null);

/// <summary>What the check of an evidence file gave.</summary>
/// <param name="ThreadId">The thread, where it could be read.</param>
/// <param name="Final">Whether the thread had ended.</param>
/// <param name="EndState">How it ended, by its entries.</param>
/// <param name="Reason">Why it ended, by its entries.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Head">The chain's head as computed from the entries; null where they could not be read.</param>
/// <param name="CostUsd">The cost as computed from the entries, in US dollars.</param>
/// <param name="Findings">All that does not hold, by entry; empty where the file holds.</param>
public sealed record EvidenceReport(
    string? ThreadId,
    bool Final,
    EndState? EndState,
    EndReason? Reason,
    int Entries,
    string? Head,
    decimal CostUsd,
    IReadOnlyList<EvidenceFinding> Findings)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Findings.Count == 0;
}
