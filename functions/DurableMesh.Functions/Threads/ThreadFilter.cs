using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Threads;

/// <summary>Which threads a list shows; what is null matters not.</summary>
/// <param name="registry">The agents.</param>
/// <param name="state">Where the thread is in its life.</param>
/// <param name="endState">How it ended.</param>
/// <param name="agent">A party, by id or alias.</param>
/// <param name="company">The company of a party.</param>
/// <param name="mcTask">The MC task.</param>
/// <param name="idPrefix">What its id begins with, in any case.</param>
public sealed class ThreadFilter(
    AgentRegistry registry,
    ThreadPhase? state = null,
    EndState? endState = null,
    string? agent = null,
    string? company = null,
    string? mcTask = null,
    string? idPrefix = null)
{
    /// <summary>Where the thread is in its life.</summary>
    public ThreadPhase? State => state;

    /// <summary>How it ended.</summary>
    public EndState? EndState => endState;

    /// <summary>The MC task.</summary>
    public string? McTask => mcTask;

    /// <summary>What its id begins with, in any case.</summary>
    public string? IdPrefix => idPrefix;

    /// <summary>A party's id.</summary>
    public string? AgentId { get; } = agent is null ? null : registry.Resolve(agent);

    /// <summary>The agents of whom one is a party.</summary>
    public IReadOnlySet<string>? CompanyAgents { get; } = company is null
        ? null
        : registry.Agents.Where(one => one.Company.Equals(company, StringComparison.OrdinalIgnoreCase))
            .Select(one => one.Id)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether the newest threads may all be others: a list would look at many to show few.</summary>
    public bool LeavesFew =>
        EndState is not null || McTask is not null || IdPrefix is not null || AgentId is not null || CompanyAgents is not null;

    /// <summary>Whether a thread is shown.</summary>
    /// <param name="thread">The thread.</param>
    public bool Matches(ThreadView thread) =>
        (State is null || thread.State == State)
        && (EndState is null || thread.EndState == EndState)
        && (McTask is null || thread.McTask == McTask)
        && (IdPrefix is null || thread.ThreadId.StartsWith(IdPrefix, StringComparison.OrdinalIgnoreCase))
        && (AgentId is null || thread.IsParty(AgentId))
        && (CompanyAgents is null
            || CompanyAgents.Contains(thread.Initiator) || CompanyAgents.Contains(thread.Responder));
}
