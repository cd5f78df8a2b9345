using DurableMesh.Core.Authority;
using DurableMesh.Core.Changes;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Authority;

/// <summary><see cref="IAuthorityDirectory"/> over the log of its changes.</summary>
internal sealed class AuthorityDirectory(FoldedLog<AuthorityTables, AuthorityChange> log) : IAuthorityDirectory
{
    public ValueTask RefreshAsync(CancellationToken cancellation) => log.RefreshAsync(cancellation);

    public ValueTask<AuthorityTables> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public Task<ChangeResult<AuthorityTables>> ChangeAsync(
        AuthorityChange change, string by, CancellationToken cancellation) => log.ChangeAsync(change, by, cancellation);
}
