using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Identity;

/// <summary>The keys of the mesh.</summary>
public interface IKeyDirectory
{
    /// <summary>All keys, at most a second old: a key that is revoked works no longer on any host.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    ValueTask<KeyRing> ReadAsync(CancellationToken cancellation);

    /// <summary>Asks for a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time; the change may still happen.</exception>
    Task<ChangeResult<KeyRing>> ChangeAsync(KeyChange change, string by, CancellationToken cancellation);
}
