using DurableMesh.Core.Changes;
using DurableMesh.Core.Ledger;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Ledger;

/// <summary>What was imported of the pipeline before the mesh.</summary>
/// <remarks>
/// Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface IBaselineDirectory
{
    /// <summary>The baseline, at most a second old.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<Baseline> ReadAsync(CancellationToken cancellation);

    /// <summary>Waits until what is read holds all that was written before this was asked.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>Asks for a change; answers the baseline after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<Baseline>> ChangeAsync(BaselineChange change, string by, CancellationToken cancellation);
}

/// <summary><see cref="IBaselineDirectory"/> over the log of its changes.</summary>
internal sealed class BaselineDirectory(FoldedLog<Baseline, BaselineChange> log) : IBaselineDirectory
{
    public ValueTask<Baseline> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public ValueTask RefreshAsync(CancellationToken cancellation) => log.RefreshAsync(cancellation);

    public Task<ChangeResult<Baseline>> ChangeAsync(BaselineChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
