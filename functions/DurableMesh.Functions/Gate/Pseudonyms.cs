using DurableMesh.Core.Redaction;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// The secret behind all pseudonyms, made once and kept beside the store: without it nobody can try out whose placeholder one is.
/// </summary>
internal sealed class Pseudonyms(IBlobs blobs) : IPseudonyms
{
    private readonly StoreSecret _secret = new(blobs, "pseudonyms");

    public async ValueTask<PseudonymKey> OfAsync(string threadId, CancellationToken cancellation) =>
        PseudonymKey.Of(Convert.ToHexString(await _secret.ReadAsync(cancellation)), threadId);
}
