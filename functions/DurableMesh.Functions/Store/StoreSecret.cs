using System.Security.Cryptography;

namespace DurableMesh.Functions.Store;

/// <summary>A random secret of 32 bytes, made once for all hosts of a store and kept beside it under <c>secrets/</c>.</summary>
/// <param name="blobs">The store.</param>
/// <param name="name">What it is for.</param>
internal sealed class StoreSecret(IBlobs blobs, string name)
{
    private const int Bytes = 32;

    private readonly string _blob = $"secrets/{name}";
    private byte[]? _secret;

    /// <summary>The secret.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellation) => _secret ??= await FetchAsync(cancellation);

    /// <summary>The first host appends its own to the empty blob; every other one reads that.</summary>
    private async Task<byte[]> FetchAsync(CancellationToken cancellation)
    {
        if (await blobs.GetLengthAsync(_blob, cancellation) is not > 0)
        {
            await blobs.EnsureContainerAsync(cancellation);
            await blobs.CreateAppendBlobAsync(_blob, cancellation);
            try
            {
                await blobs.AppendAsync(_blob, 0, RandomNumberGenerator.GetBytes(Bytes), cancellation);
            }
            catch (AppendConflictException)
            {
                // Another host was faster.
            }
        }

        return (await blobs.ReadAsync(_blob, 0, Bytes, cancellation)).ToArray();
    }
}
