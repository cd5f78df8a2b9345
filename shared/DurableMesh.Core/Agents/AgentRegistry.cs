using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>The agents that the mesh knows, by id and by alias.</summary>
public sealed class AgentRegistry
{
    /// <summary>What an agent may be (DESIGN §3).</summary>
    public static IReadOnlyList<string> Roles { get; } = ["builder", "verifier", "distiller", "comparator", "advisor"];

    /// <summary>The trust zones, the strictest first (DESIGN §5).</summary>
    public static IReadOnlyList<string> TrustZones { get; } = ["restricted", "internal", "partner", "public"];

    private readonly Dictionary<string, AgentView> _byName;

    internal AgentRegistry(IReadOnlyList<AgentView> agents)
    {
        Agents = [.. agents.OrderBy(agent => agent.Id, StringComparer.Ordinal)];
        _byName = new Dictionary<string, AgentView>(StringComparer.Ordinal);
        foreach (var agent in Agents)
        {
            _byName[agent.Id] = agent;
            foreach (var alias in agent.Aliases)
            {
                _byName[alias] = agent;
            }
        }
    }

    /// <summary>No agents.</summary>
    public static AgentRegistry Empty { get; } = new([]);

    /// <summary>All agents, by id.</summary>
    public IReadOnlyList<AgentView> Agents { get; }

    /// <summary>An agent by its id or one of its aliases; null where nobody is called that.</summary>
    /// <param name="idOrAlias">The id or alias; case matters.</param>
    public AgentView? Find(string idOrAlias) => _byName.GetValueOrDefault(idOrAlias);

    /// <summary>The id of whoever is called that; the name itself where nobody is, so that the gate can say so.</summary>
    /// <param name="idOrAlias">The id or alias.</param>
    public string Resolve(string idOrAlias) => Find(idOrAlias)?.Id ?? idOrAlias;
}
