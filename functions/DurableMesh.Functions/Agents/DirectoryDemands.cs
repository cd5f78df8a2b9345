using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Agents;

/// <summary>Changes of the registry that HTTP functions ask for.</summary>
internal static class DirectoryDemands
{
    private const string Operator = "operator";

    /// <summary>Asks for a change; answers the registry after it.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public static async Task<AgentRegistry> DemandAsync(
        this IAgentDirectory agents, HttpRequest request, RegistryChange change, CancellationToken cancellation)
    {
        var by = Caller.Of(request).NameOf(null) ?? Operator;
        var (registry, refusal) = await agents.ChangeAsync(change, by, cancellation);
        return refusal is null ? registry : throw new ProblemException(Problems.OfRefusal(refusal));
    }
}
