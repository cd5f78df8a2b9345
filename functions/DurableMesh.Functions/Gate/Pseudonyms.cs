using System.Security.Cryptography;
using DurableMesh.Core.Redaction;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// The secret behind all pseudonyms, made once and kept beside the store: without it nobody can try out whose placeholder one is.
/// </summary>
internal sealed class Pseudonyms(IBlobs blobs) : IPseudonyms
{
    private const string SecretName = "secrets/pseudonyms";
    private const int SecretBytes = 32;

    private string? _secret;

    public async ValueTask<PseudonymKey> OfAsync(string threadId, CancellationToken cancellation) =>
        PseudonymKey.Of(_secret ??= await ReadAsync(cancellation), threadId);

    /// <summary>The first host appends its own to the empty blob; every other one reads that.</summary>
    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        if (await blobs.GetLengthAsync(SecretName, cancellation) is not > 0)
        {
            await blobs.EnsureContainerAsync(cancellation);
            await blobs.CreateAppendBlobAsync(SecretName, cancellation);
            try
            {
                await blobs.AppendAsync(SecretName, 0, RandomNumberGenerator.GetBytes(SecretBytes), cancellation);
            }
            catch (AppendConflictException)
            {
                // Another host was faster.
            }
        }

        return Convert.ToHexString((await blobs.ReadAsync(SecretName, 0, SecretBytes, cancellation)).Span);
    }
}
