using DurableMesh.Core.Changes;
using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Surfaces;

/// <summary>The persistent agents and the schedules that the mesh knows.</summary>
/// <remarks>
/// Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.
/// </remarks>
public interface ISurfaceDirectory
{
    /// <summary>All of them, at most a second old.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<SurfaceBoard> ReadAsync(CancellationToken cancellation);

    /// <summary>All of them as the store has them now.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<SurfaceBoard> ReadNewestAsync(CancellationToken cancellation);

    /// <summary>Asks for a change; answers what there is after it, and why it was refused if it was.</summary>
    /// <param name="change">The change.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="cancellation">Stops waiting; the change may still happen.</param>
    Task<ChangeResult<SurfaceBoard>> ChangeAsync(SurfaceChange change, string by, CancellationToken cancellation);
}

/// <summary><see cref="ISurfaceDirectory"/> over the log of its changes.</summary>
internal sealed class SurfaceDirectory(FoldedLog<SurfaceBoard, SurfaceChange> log) : ISurfaceDirectory
{
    public ValueTask<SurfaceBoard> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public async ValueTask<SurfaceBoard> ReadNewestAsync(CancellationToken cancellation)
    {
        await log.RefreshAsync(cancellation);
        return await log.ReadAsync(cancellation);
    }

    public Task<ChangeResult<SurfaceBoard>> ChangeAsync(SurfaceChange change, string by, CancellationToken cancellation) =>
        log.ChangeAsync(change, by, cancellation);
}
