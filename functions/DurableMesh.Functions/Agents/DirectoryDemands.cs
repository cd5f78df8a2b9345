using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Agents;

/// <summary>What HTTP functions ask of the registry, each answered or refused.</summary>
internal static class DirectoryDemands
{
    /// <summary>An agent by its id or an alias.</summary>
    /// <exception cref="ProblemException">Nobody is called that.</exception>
    public static AgentView Demand(this AgentRegistry registry, string idOrAlias) =>
        registry.Find(idOrAlias) ?? throw new ProblemException(Problems.AgentNotFound(idOrAlias));

    /// <summary>Asks for a change; answers the registry after it.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public static async Task<AgentRegistry> DemandAsync(
        this IAgentDirectory agents, HttpRequest request, RegistryChange change, CancellationToken cancellation)
    {
        var result = await agents.ChangeAsync(change, Caller.Of(request).NameOrOperator(null), cancellation);
        return result.OrThrow();
    }
}
