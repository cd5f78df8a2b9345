using DurableMesh.Core.Authority;
using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Authority;

/// <summary>Who may use the mesh: the authority table with all its versions.</summary>
/// <remarks>
/// Every method throws <see cref="Store.StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface IAuthorityDirectory
{
    /// <summary>The tables, at most a second old. Cheap; each call may answer newer ones.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<AuthorityTables> ReadAsync(CancellationToken cancellation);

    /// <summary>Waits until what is read holds all that was written before this was asked: before a "no" that is final.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>Asks for a new table; answers the tables after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<AuthorityTables>> ChangeAsync(AuthorityChange change, string by, CancellationToken cancellation);
}
