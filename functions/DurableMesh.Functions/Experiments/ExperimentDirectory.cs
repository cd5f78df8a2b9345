using DurableMesh.Core.Changes;
using DurableMesh.Core.Experiments;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Experiments;

/// <summary>The experiments that were published, and their evidence.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.</remarks>
public interface IExperimentDirectory
{
    /// <summary>All of them, at most a second old.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<ExperimentBoard> ReadAsync(CancellationToken cancellation);

    /// <summary>The evidence of one; null where it is not there.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<ReadOnlyMemory<byte>?> FindEvidenceAsync(string id, CancellationToken cancellation);

    /// <summary>Keeps the evidence, then shows it.</summary>
    /// <param name="evidence">The evidence, which was verified.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="by">Who publishes it.</param>
    /// <param name="cancellation">Stops waiting; it may still be published.</param>
    Task<ChangeResult<ExperimentBoard>> PublishAsync(
        ExperimentEvidence evidence, ReadOnlyMemory<byte> file, string by, CancellationToken cancellation);
}

/// <summary><see cref="IExperimentDirectory"/> over a log of its own and the evidence store.</summary>
internal sealed class ExperimentDirectory(FoldedLog<ExperimentBoard, PublishExperiment> log, IEvidenceStore files)
    : IExperimentDirectory
{
    public ValueTask<ExperimentBoard> ReadAsync(CancellationToken cancellation) => log.ReadAsync(cancellation);

    public async Task<ReadOnlyMemory<byte>?> FindEvidenceAsync(string id, CancellationToken cancellation) =>
        (await log.ReadAsync(cancellation)).Find(id) is { } known
            ? await files.FindAsync(known.EvidencePath, cancellation)
            : null;

    public async Task<ChangeResult<ExperimentBoard>> PublishAsync(
        ExperimentEvidence evidence, ReadOnlyMemory<byte> file, string by, CancellationToken cancellation)
    {
        var change = PublishedExperiment.ChangeFor(evidence);
        await files.WriteAsync(PublishedExperiment.PathOf(change.Id), file, cancellation);
        return await log.ChangeAsync(change, by, cancellation);
    }
}
