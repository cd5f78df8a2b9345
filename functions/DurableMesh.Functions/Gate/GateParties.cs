using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Gate;

/// <summary>What is known of a thread's party.</summary>
internal static class GateParties
{
    /// <summary>A party with its row in the registry and what it has spent today.</summary>
    public static GateParty PartyOf(this IMeshLedger ledger, string name, AgentRegistry registry) =>
        registry.Find(name) is { } agent
            ? new GateParty(
                name,
                agent,
                registry.FindCompany(agent.Company),
                AgentSpentUsd: ledger.SpentToday(agent.Id),
                CompanySpentUsd: ledger.CompanySpentToday(agent.Company, registry))
            : new GateParty(name, null, null);
}
