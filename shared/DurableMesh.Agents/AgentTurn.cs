using DurableMesh.Core.Wire;

namespace DurableMesh.Agents;

/// <summary>What an agent gets to answer; a command finds it on its standard input, as JSON.</summary>
/// <param name="Thread">The thread, as it is now.</param>
/// <param name="Brief">The thread's first message: what is to be done, and the criteria by which it will be judged.</param>
/// <param name="Message">The message to answer.</param>
/// <param name="Since">
/// What the other party said since the agent's own last turn, findings and notes included, by sequence.
/// </param>
/// <param name="Refused">What the mesh did not take of the answer before; null where it took it.</param>
public sealed record AgentTurn(
    ThreadView Thread,
    MessageView Brief,
    MessageView Message,
    IReadOnlyList<MessageView> Since,
    Refusal? Refused = null)
{
    /// <summary>Whether an agent has the move, so that the thread waits for its answer.</summary>
    public bool IsMove(string agent) => Thread.Awaiting == agent;
}

/// <summary>An answer that was not taken. It can be mended once.</summary>
/// <param name="Reason">
/// A stable name: the receipt's reason, or one of the runner's own (<c>bad_reply</c>, <c>no_answer</c>).
/// </param>
/// <param name="Detail">Why, and what to do.</param>
public sealed record Refusal(string Reason, string Detail);
