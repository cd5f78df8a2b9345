using DurableMesh.Core.Experiments;

namespace DurableMesh.Client;

/// <content>Experiments.</content>
public sealed partial class MeshClient
{
    /// <summary>Publishes the evidence of an experiment, which the mesh verifies first; the same one again is the same.</summary>
    /// <param name="evidence">The evidence file.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<PublishedExperiment> PublishExperimentAsync(ReadOnlyMemory<byte> evidence, CancellationToken cancellation) =>
        _transport.AskAsync(() => Post("experiments", evidence), ClientJson.Context.PublishedExperiment, cancellation);
}
