using DurableMesh.Core.Evidence;

namespace DurableMesh.Functions.Store;

/// <summary>What the store has where a step did not follow it.</summary>
/// <param name="Entries">The entries after the one that the step meant to follow, in order.</param>
/// <param name="Answered">Those of the step's requests that have their answer.</param>
public sealed record StoredSteps(IReadOnlyList<TranscriptEntry> Entries, IReadOnlyList<string> Answered);

/// <summary>
/// The answer to the recording of a step. It says of which, because a host may hand an instance the answer to what an episode of
/// it asked that was never committed.
/// </summary>
/// <param name="Step">The step's <see cref="ThreadRecord.Id"/>.</param>
/// <param name="Stored">What the store has instead; null where it has the step.</param>
public sealed record StepAnswer(string Step, StoredSteps? Stored);
