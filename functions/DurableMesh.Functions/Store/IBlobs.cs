using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Functions.Store;

/// <summary>
/// The few things that the store wants of a blob container. Two implementations: Azure Storage, and memory in tests.
/// </summary>
/// <remarks>
/// An implementer need not batch, cache or retry: <see cref="SharedLog{T}"/> does. Every method may throw
/// <see cref="StoreUnavailableException"/>; for a write that means that its outcome is unknown.
/// </remarks>
internal interface IBlobs
{
    /// <inheritdoc cref="ISaveWitness.Trouble"/>
    string? Trouble { get; }

    /// <inheritdoc cref="ISaveWitness.SavedUntil"/>
    long? SavedUntil(long newest);

    /// <summary>Creates the container; does nothing when it is there.</summary>
    Task EnsureContainerAsync(CancellationToken cancellation);

    /// <summary>The append blobs whose names start with <paramref name="prefix"/>, in ascending order of their names.</summary>
    Task<IReadOnlyList<BlobLength>> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Creates an empty append blob; does nothing when it is there.</summary>
    Task CreateAppendBlobAsync(string name, CancellationToken cancellation);

    /// <summary>The blob's length in bytes, or null when there is no such blob.</summary>
    Task<long?> GetLengthAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// Appends <paramref name="block"/> if, and only if, the blob is exactly <paramref name="position"/> bytes long: all of it or
    /// nothing.
    /// </summary>
    /// <returns>How many blocks the blob has now.</returns>
    /// <exception cref="AppendConflictException">The blob has another length, or does not exist.</exception>
    Task<int> AppendAsync(string name, long position, ReadOnlyMemory<byte> block, CancellationToken cancellation);

    /// <summary>
    /// At most <paramref name="count"/> bytes from <paramref name="offset"/>, fewer only at the blob's end. The range must start
    /// before the end.
    /// </summary>
    Task<ReadOnlyMemory<byte>> ReadAsync(string name, long offset, long count, CancellationToken cancellation);

    /// <summary>Writes a whole block blob, replacing what was there.</summary>
    Task WriteAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation);

    /// <summary>Reads a whole blob, or null when there is none.</summary>
    Task<ReadOnlyMemory<byte>?> FindAsync(string name, CancellationToken cancellation);

    /// <summary>The blobs whose names start with <paramref name="prefix"/>, with their versions, in no order.</summary>
    Task<IReadOnlyList<BlobVersion>> ListVersionsAsync(string prefix, CancellationToken cancellation);

    /// <summary>Reads a whole blob with its version, or null when there is none.</summary>
    Task<VersionedBlob?> FindVersionAsync(string name, CancellationToken cancellation);

    /// <summary>
    /// Writes a whole block blob if it still has <paramref name="version"/>; null stands for a blob that must not be there.
    /// </summary>
    /// <returns>The new version; null where the blob has another one, and nothing was written.</returns>
    Task<string?> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string contentType, string? version, CancellationToken cancellation);

    /// <summary>Deletes a blob; does nothing when there is none.</summary>
    Task DeleteAsync(string name, CancellationToken cancellation);
}

/// <summary>A blob's name, and its version: another one after every write.</summary>
internal readonly record struct BlobVersion(string Name, string Version);

/// <summary>A blob's content, and the version that has it.</summary>
internal readonly record struct VersionedBlob(ReadOnlyMemory<byte> Content, string Version);

/// <summary>A blob's name and length in bytes.</summary>
internal readonly record struct BlobLength(string Name, long Length);
