namespace DurableMesh.Functions.Store;

/// <summary>
/// The files that travel in threads, each found by thread and SHA-256: whoever knows a hash from one thread gets nothing with it
/// in another.
/// </summary>
public interface IArtifactStore
{
    /// <summary>The length of an artifact in bytes, or null when the thread has none with this hash.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    Task<long?> FindAsync(string threadId, string sha256, CancellationToken cancellation);

    /// <summary>How many artifacts a thread has, and how many bytes they are together.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    Task<(int Files, long Bytes)> CountAsync(string threadId, CancellationToken cancellation);

    /// <summary>Stores an artifact, all of it or nothing. Returns when it is durable.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    Task StoreAsync(string threadId, string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>At most <paramref name="count"/> bytes of an artifact, from before its end.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(
        string threadId, string sha256, long offset, int count, CancellationToken cancellation);
}

/// <summary><see cref="IArtifactStore"/> in block blobs.</summary>
internal sealed class BlobArtifactStore(IBlobs blobs) : IArtifactStore
{
    public Task<long?> FindAsync(string threadId, string sha256, CancellationToken cancellation) =>
        blobs.GetLengthAsync(NameOf(threadId, sha256), cancellation);

    public async Task<(int Files, long Bytes)> CountAsync(string threadId, CancellationToken cancellation)
    {
        var found = await blobs.ListAsync(NameOf(threadId, ""), cancellation);
        return (found.Count, found.Sum(blob => blob.Length));
    }

    public Task StoreAsync(string threadId, string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        blobs.WriteAsync(NameOf(threadId, sha256), content, "application/octet-stream", cancellation);

    public Task<ReadOnlyMemory<byte>> ReadAsync(
        string threadId, string sha256, long offset, int count, CancellationToken cancellation) =>
        blobs.ReadAsync(NameOf(threadId, sha256), offset, count, cancellation);

    private static string NameOf(string threadId, string sha256) => $"artifacts/{threadId}/{sha256}";
}
