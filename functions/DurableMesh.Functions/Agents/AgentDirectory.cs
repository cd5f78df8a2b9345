using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Agents;

/// <summary><see cref="IAgentDirectory"/> over the log of its changes.</summary>
internal sealed class AgentDirectory(FoldedLog<AgentRegistry, RegistryChange> log) : IAgentDirectory
{
    public ValueTask RefreshAsync(CancellationToken cancellation) => log.RefreshAsync(cancellation);

    public ValueTask<AgentRegistry> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public Task<ChangeResult<AgentRegistry>> ChangeAsync(RegistryChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
