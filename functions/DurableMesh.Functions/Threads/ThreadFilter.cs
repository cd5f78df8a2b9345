using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Threads;

/// <summary>Which threads a list shows; what is null matters not.</summary>
internal sealed class ThreadFilter(
    ThreadPhase? state,
    EndState? endState,
    string? agent,
    string? company,
    string? mcTask,
    string? idPrefix,
    AgentRegistry registry)
{
    private readonly string? _agentId = agent is null ? null : registry.Resolve(agent);

    public bool Matches(ThreadView thread) =>
        (state is null || thread.State == state)
        && (endState is null || thread.EndState == endState)
        && (mcTask is null || thread.McTask == mcTask)
        && (idPrefix is null || thread.ThreadId.StartsWith(idPrefix, StringComparison.OrdinalIgnoreCase))
        && (_agentId is null || thread.Initiator == _agentId || thread.Responder == _agentId)
        && (company is null || IsOf(thread.Initiator) || IsOf(thread.Responder));

    private bool IsOf(string party) => registry.Find(party)?.Company.Equals(company, StringComparison.OrdinalIgnoreCase) == true;
}
