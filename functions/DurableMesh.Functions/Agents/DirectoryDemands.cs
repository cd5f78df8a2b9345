using DurableMesh.Core.Agents;
using DurableMesh.Functions.Http;

namespace DurableMesh.Functions.Agents;

/// <summary>Changes of the registry that HTTP functions ask for.</summary>
internal static class DirectoryDemands
{
    private const string Operator = "operator";

    /// <summary>Asks for a change; answers the registry after it.</summary>
    /// <exception cref="ProblemException">It was refused.</exception>
    public static async Task<AgentRegistry> DemandAsync(
        this IAgentDirectory agents, RegistryChange change, CancellationToken cancellation)
    {
        var (registry, refusal) = await agents.ChangeAsync(change, Operator, cancellation);
        return refusal is null ? registry : throw new ProblemException(Problems.OfRefusal(refusal));
    }
}
