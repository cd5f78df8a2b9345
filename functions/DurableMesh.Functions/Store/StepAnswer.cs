using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;

namespace DurableMesh.Functions.Store;

/// <summary>What the store has where a step did not follow it.</summary>
/// <param name="Entries">The entries after the one that the step meant to follow, in order.</param>
/// <param name="Answered">Those of the step's requests that have their answer.</param>
/// <param name="Whole">
/// The whole thread, instead of entries, for an orchestration that began with a state of which nobody knows whose it is.
/// </param>
/// <param name="Head">
/// The hash with which the store's chain ends, where it lacks the entry that the step meant to follow: the storage has forgotten
/// what was recorded. Null where it has that entry. Also the answer to a question, which records nothing.
/// </param>
public sealed record StoredSteps(
    IReadOnlyList<TranscriptEntry> Entries,
    IReadOnlyList<string> Answered,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ThreadState? Whole = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Head = null);

/// <summary>
/// The answer to the recording of a step. It says of which, because a host may hand an instance the answer to what an episode of
/// it asked that was never committed.
/// </summary>
/// <param name="Step">The step's <see cref="ThreadRecord.Id"/>.</param>
/// <param name="Stored">What the store has instead; null where it has the step.</param>
/// <param name="Forged">
/// The places, among the step's arrivals, of events that did not come through the app: nothing was recorded, and they are to be
/// left out. Null where there are none.
/// </param>
/// <param name="Unknown">Whether the app has not started such a thread at all.</param>
public sealed record StepAnswer(
    string Step,
    StoredSteps? Stored,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? Forged = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Unknown = false);
