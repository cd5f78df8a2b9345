using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>What becomes of something that came in.</summary>
/// <param name="Events">What happened; empty where nothing did.</param>
/// <param name="Entries">The same events, linked to the thread's hash chain: what the transcript store appends.</param>
/// <param name="Receipt">The answer to the sender; null where nobody waits for one.</param>
/// <param name="State">The state after the events.</param>
public sealed record ThreadDecision(
    IReadOnlyList<ThreadEvent> Events,
    IReadOnlyList<TranscriptEntry> Entries,
    Receipt? Receipt,
    ThreadState State)
{
    /// <summary>The thread after the events, as the API shows it.</summary>
    public ThreadView View => State.View();
}
