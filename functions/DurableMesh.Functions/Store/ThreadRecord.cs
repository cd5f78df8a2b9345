using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What one step of one thread leaves behind: one line of the shared log.</summary>
/// <remarks>
/// Writing it again changes nothing: whoever reads the log ignores entries that it knows, so an activity may run twice.
/// </remarks>
public sealed record ThreadRecord
{
    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The thread after the step.</summary>
    public required ThreadView View { get; init; }

    /// <summary>What the step added to the transcript.</summary>
    public IReadOnlyList<TranscriptEntry> Entries { get; init => field = value ?? []; } = [];

    /// <summary>What the step answered to those who wait.</summary>
    public IReadOnlyList<RequestReceipt> Receipts { get; init => field = value ?? []; } = [];
}

/// <summary>The answer to one request.</summary>
/// <param name="RequestId">The id that the HTTP function gave it.</param>
/// <param name="Receipt">The answer.</param>
public sealed record RequestReceipt(string RequestId, Receipt Receipt);
