using DurableMesh.Core.A2A;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Identity;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>Makes cards of what the registry and the settings say.</summary>
public sealed class A2aCardMaker(IOptions<MeshOptions> options)
{
    private bool NeedsKey => options.Value.Identity.Mode == IdentityMode.Keys;

    /// <summary>The mesh's card.</summary>
    /// <param name="address">Where the mesh is reached.</param>
    /// <param name="agents">The agents that it tells of.</param>
    public A2aCard OfMesh(string address, IReadOnlyList<AgentView> agents) => A2aCards.OfMesh(address, NeedsKey, agents);

    /// <summary>An agent's card.</summary>
    /// <param name="registry">The agents.</param>
    /// <param name="idOrAlias">Which.</param>
    /// <param name="address">Where the mesh is reached.</param>
    /// <exception cref="Exception">There is no such agent.</exception>
    public A2aCard OfAgent(AgentRegistry registry, string idOrAlias, string address)
    {
        var agent = registry.Demand(idOrAlias);
        return A2aCards.OfAgent(agent, registry.FindCompany(agent.Company), address, NeedsKey);
    }

    /// <summary>The card for whoever is known: the mesh's lists its agents.</summary>
    internal A2aCard Extended(A2aCall call) => call.Agent is { } id
        ? OfAgent(call.Registry, id, call.Address)
        : OfMesh(call.Address, [.. call.Registry.Agents]);
}
