using System.Buffers.Text;
using System.Security.Cryptography;

namespace DurableMesh.Functions.Store;

/// <summary>
/// Closes small things that callers carry for the mesh, by AES-GCM with a secret of the store: every host of the store can open
/// them, nobody else can read one, and nobody can make one up.
/// </summary>
/// <param name="secret">The secret, for one kind of thing.</param>
internal sealed class StoreSeal(StoreSecret secret)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Lock _gate = new();
    private volatile AesGcm? _key;

    /// <summary>Makes it ready to close and open.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask ReadyAsync(CancellationToken cancellation) =>
        _key ??= new AesGcm(await secret.ReadAsync(cancellation), TagBytes);

    /// <summary>A thing as text that can stand in a URL: another one each time.</summary>
    public string Close(ReadOnlySpan<byte> plain)
    {
        var closed = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = closed.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        lock (_gate)
        {
            _key!.Encrypt(nonce, plain, closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(^TagBytes..));
        }

        return Base64Url.EncodeToString(closed);
    }

    /// <summary>The thing of a text; null where somebody made it up, or it is of another store.</summary>
    public byte[]? Open(string text)
    {
        var closed = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, closed, out var written)
            || written < NonceBytes + TagBytes
            || !text.AsSpan().SequenceEqual(Base64Url.EncodeToString(closed.AsSpan(0, written))))
        {
            return null;
        }

        var whole = closed.AsSpan(0, written);
        var plain = new byte[written - NonceBytes - TagBytes];
        try
        {
            lock (_gate)
            {
                _key!.Decrypt(whole[..NonceBytes], whole.Slice(NonceBytes, plain.Length), whole[^TagBytes..], plain);
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
