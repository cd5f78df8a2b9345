using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Agents;

/// <summary>The companies and agents that the mesh knows.</summary>
/// <remarks>
/// Every method throws <see cref="Store.StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface IAgentDirectory
{
    /// <summary>The registry, at most a second old. Cheap; each call may answer a newer one.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<AgentRegistry> ReadAsync(CancellationToken cancellation);

    /// <summary>Waits until what is read holds all that was written before this was asked: before a "no" that is final.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>Asks for a change; answers the registry after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<AgentRegistry>> ChangeAsync(RegistryChange change, string by, CancellationToken cancellation);
}
