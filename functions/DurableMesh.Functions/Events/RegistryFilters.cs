using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;

namespace DurableMesh.Functions.Events;

/// <summary>What the registry adds to a filter.</summary>
internal static class RegistryFilters
{
    /// <summary>A filter with its agents by id, and those of its companies.</summary>
    /// <param name="registry">The agents.</param>
    /// <param name="filter">The filter.</param>
    public static EventFilter Resolved(this AgentRegistry registry, EventFilter filter) => filter with
    {
        Agents = [.. filter.Agents.Select(registry.Resolve)],
        CompanyAgents = registry.Agents
            .Where(agent => filter.Companies.Contains(agent.Company, StringComparer.OrdinalIgnoreCase))
            .Select(agent => agent.Id)
            .ToHashSet(StringComparer.Ordinal),
    };
}
