using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Threads;

/// <summary>A thread's custom status and output: small, for those who watch the orchestration itself.</summary>
/// <param name="State">Where the thread is.</param>
/// <param name="EndState">How it ended.</param>
/// <param name="Sequence">The last message.</param>
public sealed record ThreadStatus(ThreadPhase State, EndState? EndState, int Sequence)
{
    /// <summary>The status of a state.</summary>
    public static ThreadStatus Of(ThreadState state) => new(state.Phase, state.EndState, state.Messages);
}
