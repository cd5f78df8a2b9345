using System.Text;
using System.Text.Json.Serialization;
using DurableMesh.Core.Events;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What one step of one thread leaves behind: one line of the shared log.</summary>
/// <remarks>
/// It counts only where it follows what stands before it in the log: whoever reads the log ignores any other, so that an activity
/// may run twice, late, or for an episode that was never committed.
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

    /// <summary>
    /// What the mesh itself noted, in a record of its own that has neither entries nor receipts: it changes nothing, and counts
    /// once. Null in steps.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThreadNotice? Notice { get; init; }

    /// <summary>
    /// Who stands behind the step, for the activity alone: the log has none. Null where the orchestration cannot say yet; it then
    /// hears what the store has of the thread.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepProof? Proof { get; init; }

    /// <summary>Tells the step from any other: the same for the same entries and answered requests.</summary>
    [JsonIgnore]
    public string Id => ContentHash.Hex(Encoding.UTF8.GetBytes(
        string.Join('\n', Requests.Prepend(View.Evidence.Head ?? ContentHash.Genesis))))[..16];

    private IEnumerable<string> Requests => Receipts.Count == 0 && Proof is { } proof
        ? proof.Arrivals.Select(one => one.RequestId)
        : Receipts.Select(one => one.RequestId);

    /// <summary>The hash of the entry that the step follows.</summary>
    [JsonIgnore]
    internal string Follows => (Entries is [var first, ..] ? first.Prev : View.Evidence.Head) ?? ContentHash.Genesis;
}

/// <summary>The answer to one request.</summary>
/// <param name="RequestId">The id that the HTTP function gave it.</param>
/// <param name="Receipt">The answer.</param>
public sealed record RequestReceipt(string RequestId, Receipt Receipt);

/// <summary>What makes a step the doing of the mesh, and not of whoever reaches the task hub.</summary>
/// <param name="Start">The seal of the thread's start, until it was found to hold.</param>
/// <param name="Arrivals">The events that the step took in, in order.</param>
public sealed record StepProof(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Start, IReadOnlyList<ArrivalProof> Arrivals);

/// <summary>An event that a step took in.</summary>
/// <param name="RequestId">The id of the request that it says to come from.</param>
/// <param name="Hash">SHA-256 of what came in, as the orchestration read it.</param>
/// <param name="Seal">Its seal; null where it has none.</param>
public sealed record ArrivalProof(string RequestId, string Hash, string? Seal);
