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

    /// <summary>The id of the agent that a request speaks as.</summary>
    /// <exception cref="AccessDeniedException">Its key is another's.</exception>
    public static string SpeakerOf(this AgentRegistry registry, HttpRequest request, string idOrAlias)
    {
        var id = registry.Resolve(idOrAlias);
        Caller.Of(request).MustSpeakAs(id);
        return id;
    }

    /// <summary>Asks for a change; answers the registry after it.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public static async Task<AgentRegistry> DemandAsync(
        this IAgentDirectory agents, HttpRequest request, RegistryChange change, CancellationToken cancellation)
    {
        var result = await agents.ChangeAsync(change, Caller.Of(request).NameOrOperator(null), cancellation);
        return result.OrThrow();
    }
}
