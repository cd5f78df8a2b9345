namespace DurableMesh.Functions.Store;

/// <summary>Large message bodies, each stored once and found by the SHA-256 of its canonical JSON.</summary>
public interface IBodyStore
{
    /// <summary>Stores <paramref name="body"/> unless it is there. Returns when it is durable.</summary>
    /// <param name="sha256">The SHA-256 of <paramref name="body"/>, 64 lower-case hexadecimal digits.</param>
    /// <param name="body">Canonical JSON: it must not contain a line feed.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    Task StoreAsync(string sha256, ReadOnlyMemory<byte> body, CancellationToken cancellation);

    /// <summary>The body, or null when there is none with this hash.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    ValueTask<ReadOnlyMemory<byte>?> FindAsync(string sha256, CancellationToken cancellation);
}
