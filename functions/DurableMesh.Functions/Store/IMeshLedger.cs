using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What the mesh's threads spend and where they are: counted in memory as their steps are written, never looked up.</summary>
/// <remarks>
/// An answer is as new as what this host has read of the log: whoever decides by it calls <see cref="RefreshAsync"/> first. Days are
/// those of UTC. An agent's company is the one that the registry says now.
/// </remarks>
public interface IMeshLedger
{
    /// <summary>Waits until the count holds all that was written so far.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>How many open threads an agent is a party of.</summary>
    int OpenThreads(string agentId);

    /// <summary>What an agent has spent today, in US dollars.</summary>
    decimal SpentToday(string agentId);

    /// <summary>What a company's agents have spent today, in US dollars.</summary>
    decimal CompanySpentToday(string company, AgentRegistry agents);

    /// <summary>What the calls may cost at most that are being made, in US dollars.</summary>
    IReadOnlyDictionary<Reservation, decimal> Reserved();

    /// <summary>The whole mesh in numbers.</summary>
    MeshStats Stats(AgentRegistry agents);

    /// <summary>A page of what was spent; null where the query's cursor is none that an earlier page gave.</summary>
    CostsPage? Costs(CostQuery query, AgentRegistry agents);
}

/// <summary>What a party of a thread has reserved for a call.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="AgentId">The party.</param>
public readonly record struct Reservation(string ThreadId, string AgentId);
