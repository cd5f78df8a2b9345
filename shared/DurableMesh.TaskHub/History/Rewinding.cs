using DurableMesh.TaskHub.Log;

namespace DurableMesh.TaskHub.History;

/// <summary>Makes the history of a failed instance one of an instance that still waits for what failed.</summary>
internal static class Rewinding
{
    /// <summary>
    /// The facts up to the last call that the code made before its last episode, and what arrived since then but for failures:
    /// to the code it is as if that had not happened yet, so that it does not matter how it took it the first time.
    /// </summary>
    /// <param name="history">The history, from its beginning to its end.</param>
    /// <param name="executionId">The id of the execution that goes on.</param>
    /// <param name="parent">Who waits for it from now on; null where that is as it was.</param>
    public static IEnumerable<HistoryEvent> Of(ReadOnlySpan<byte> history, string executionId, ParentLink? parent)
    {
        var facts = new List<HistoryEvent>();
        var reader = new LogReader(history);
        while (!reader.AtEnd)
        {
            facts.Add(HistoryCodec.Read(ref reader));
        }

        int last = facts.FindLastIndex(fact => fact is EpisodeStarted);
        int kept = facts.FindLastIndex(
            Math.Max(last, 0), fact => fact is { IsOutput: true } and not (GenerationStarted or CustomStatusSet)) + 1;
        return facts
            .Where((fact, place) => fact is not ExecutionRewound && (place < kept || HappensAgain(fact)))
            .Select(fact => fact switch
            {
                ExecutionStarted e => e with { ExecutionId = executionId, Parent = parent ?? e.Parent },
                GenerationStarted e => e with { ExecutionId = executionId },
                _ => fact,
            });
    }

    private static bool HappensAgain(HistoryEvent fact) => fact is GenerationStarted
        || fact is { IsOutput: false } and not (EpisodeStarted or ActivityFailed or SubOrchestrationFailed);
}
