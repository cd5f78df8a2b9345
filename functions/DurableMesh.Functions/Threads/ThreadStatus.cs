using System.Text.Json.Serialization;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Threads;

/// <summary>A thread's custom status and output: small, for those who watch the orchestration itself.</summary>
/// <param name="State">Where the thread is.</param>
/// <param name="EndState">How it ended.</param>
/// <param name="Sequence">The last message.</param>
/// <param name="Head">
/// The hash with which the chain of what was recorded ends: what the store is held against after a recovery. Null where nothing was
/// recorded, or by a version that did not say it.
/// </param>
public sealed record ThreadStatus(
    ThreadPhase State,
    EndState? EndState,
    int Sequence,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Head = null)
{
    /// <summary>The status of a state.</summary>
    public static ThreadStatus Of(ThreadState state) =>
        new(state.Phase, state.EndState, state.Messages, state.Entries == 0 ? null : state.Head);
}
