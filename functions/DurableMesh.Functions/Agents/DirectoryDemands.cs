using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Agents;

/// <summary>Changes of the registry that HTTP functions ask for.</summary>
internal static class DirectoryDemands
{
    /// <summary>Asks for a change; answers the registry after it.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public static async Task<AgentRegistry> DemandAsync(
        this IAgentDirectory agents, HttpRequest request, RegistryChange change, CancellationToken cancellation)
    {
        var result = await agents.ChangeAsync(change, Caller.Of(request).NameOrOperator(null), cancellation);
        return result.OrThrow();
    }
}
