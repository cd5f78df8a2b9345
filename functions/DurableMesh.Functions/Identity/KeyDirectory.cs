using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Identity;

/// <summary><see cref="IKeyDirectory"/> over the log of its changes.</summary>
internal sealed class KeyDirectory(FoldedLog<KeyRing, KeyChange> log) : IKeyDirectory
{
    public ValueTask<KeyRing> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public Task<ChangeResult<KeyRing>> ChangeAsync(KeyChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
