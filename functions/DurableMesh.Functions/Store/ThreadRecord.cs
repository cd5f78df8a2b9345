using System.Text;
using System.Text.Json.Serialization;
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

    /// <summary>Tells the step from any other: the same for the same entries and answered requests.</summary>
    [JsonIgnore]
    public string Id => ContentHash.Hex(Encoding.UTF8.GetBytes(
        string.Join('\n', Receipts.Select(one => one.RequestId).Prepend(View.Evidence.Head ?? ContentHash.Genesis))))[..16];

    /// <summary>The hash of the entry that the step follows.</summary>
    [JsonIgnore]
    internal string Follows => (Entries is [var first, ..] ? first.Prev : View.Evidence.Head) ?? ContentHash.Genesis;
}

/// <summary>The answer to one request.</summary>
/// <param name="RequestId">The id that the HTTP function gave it.</param>
/// <param name="Receipt">The answer.</param>
public sealed record RequestReceipt(string RequestId, Receipt Receipt);
