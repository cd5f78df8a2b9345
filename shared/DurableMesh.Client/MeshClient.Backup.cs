namespace DurableMesh.Client;

/// <content>Backups.</content>
public sealed partial class MeshClient
{
    /// <summary>Has the mesh backed up into a stream, as it comes; asked for once, for each time is another backup.</summary>
    /// <param name="into">Where it goes. A backup is whole once it was verified, and not because it has come to an end.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="MeshProblemException">The mesh said no.</exception>
    /// <exception cref="MeshUnreachableException">It is away, or went away meanwhile.</exception>
    public Task BackUpAsync(Stream into, CancellationToken cancellation) =>
        _transport.CopyAsync(() => new HttpRequestMessage(HttpMethod.Post, "api/backup"), into, cancellation);
}
