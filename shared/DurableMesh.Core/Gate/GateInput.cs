using DurableMesh.Core.Agents;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>All that the gate's rules may look at.</summary>
/// <param name="Thread">The thread that wants in.</param>
/// <param name="Initiator">The initiator's row in the registry; null where it has none.</param>
/// <param name="Responder">The responder's row in the registry; null where it has none.</param>
/// <param name="Maxima">The limits that a thread may ask for at most.</param>
public sealed record GateInput(ThreadStart Thread, AgentView? Initiator, AgentView? Responder, Limits Maxima)
{
    /// <summary>Looks up what the rules need.</summary>
    /// <param name="thread">The thread that wants in.</param>
    /// <param name="agents">The registry.</param>
    /// <param name="limits">The configured limits.</param>
    public static GateInput Of(ThreadStart thread, AgentRegistry agents, LimitPolicy limits) =>
        new(thread, agents.Find(thread.Initiator), agents.Find(thread.Responder), limits.Maxima);
}
