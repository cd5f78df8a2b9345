namespace DurableMesh.Functions.Store;

/// <summary>The evidence files: one for each thread that has ended.</summary>
public interface IEvidenceStore
{
    /// <summary>Writes the file at <paramref name="path"/>, replacing an earlier version of the same.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>The file at <paramref name="path"/>, or null when it is not written yet.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    Task<ReadOnlyMemory<byte>?> FindAsync(string path, CancellationToken cancellation);
}

/// <summary><see cref="IEvidenceStore"/> in block blobs.</summary>
internal sealed class BlobEvidenceStore(IBlobs blobs) : IEvidenceStore
{
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        blobs.WriteAsync(path, content, "application/json", cancellation);

    public Task<ReadOnlyMemory<byte>?> FindAsync(string path, CancellationToken cancellation) =>
        blobs.FindAsync(path, cancellation);
}
