using DurableMesh.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Adapters;

/// <summary>One way to reach an agent.</summary>
/// <remarks>
/// An implementation makes one try: it need not retry, limit its calls, watch the clock or know of money. It must not throw for
/// anything that the other side does; what it cannot make sense of is a failure, never an answer.
/// </remarks>
public interface IAdapter
{
    /// <summary>The kind of adapter that it serves.</summary>
    AdapterKind Kind { get; }

    /// <summary>What a call can take at most; null where nobody knows, and nothing is reserved.</summary>
    /// <param name="asked">The call.</param>
    Usage? WorstCase(AdapterCall asked);

    /// <summary>Asks the agent.</summary>
    /// <param name="asked">The call.</param>
    /// <param name="cancellation">Ends it: the time is up, or the host stops.</param>
    Task<AdapterAnswer> AskAsync(AdapterCall asked, CancellationToken cancellation);
}

/// <summary>What an agent is asked.</summary>
/// <param name="Agent">The agent, as the registry has it.</param>
/// <param name="Turn">The message to answer, and what was wrong with the answer before, if there was one.</param>
/// <param name="Messages">The thread's messages up to that one, in order, the brief first.</param>
/// <param name="IdempotencyKey">The same for every try of the same question.</param>
public sealed record AdapterCall(
    AgentView Agent, AgentTurn Turn, IReadOnlyList<MessageView> Messages, string IdempotencyKey)
{
    /// <summary>How the mesh reaches the agent.</summary>
    public AgentAdapter Adapter => Agent.Adapter ?? AgentAdapter.Pull;

    /// <summary>What an earlier try left to go on with, for instance a task's id; null to begin.</summary>
    public string? Resume { get; init; }

    /// <summary>Hears of each check that failed while the agent is still at it; null for nobody.</summary>
    public Func<Check, ValueTask>? Failing { get; init; }
}

/// <summary>What came of asking an agent.</summary>
/// <param name="End">How it ended. A <see cref="RunEnd.Done"/> without a reply: the agent will send its answer itself.</param>
/// <param name="Reply">The answer; null where there is none.</param>
/// <param name="Spent">What the call took; null where nobody says, so that what was reserved counts.</param>
public sealed record AdapterAnswer(RunEnd End, AgentReply? Reply = null, Usage? Spent = null)
{
    /// <summary>What the next try goes on with; null to begin again.</summary>
    public string? Resume { get; init; }

    /// <summary>Whether the agent is at work, and the next try only looks again: no failure.</summary>
    public bool IsAtWork { get; init; }
}
