using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Core.Identity;

/// <summary>
/// A key as its bearer holds it: <c>dmk_ID_SECRET</c>. The id is no secret and names the key in lists and logs; of the secret the
/// mesh keeps a hash only, which is enough: 32 random bytes cannot be guessed, however fast the hash is.
/// </summary>
public sealed class KeyText
{
    /// <summary>How long the id is, in bytes; twice as many hexadecimal digits.</summary>
    public const int IdBytes = 8;

    /// <summary>How long the secret is, in bytes.</summary>
    public const int SecretBytes = 32;

    private const string Prefix = "dmk_";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> Base64UrlDigits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly int SecretLength = Base64Url.GetEncodedLength(SecretBytes);

    private readonly string _secret;

    private KeyText(string id, string secret) => (Id, _secret) = (id, secret);

    /// <summary>The key's id, 16 hexadecimal digits in lower case.</summary>
    public string Id { get; }

    /// <summary>SHA-256 of the secret, in hexadecimal digits.</summary>
    public string SecretHash => ContentHash.Hex(Encoding.ASCII.GetBytes(_secret));

    /// <summary>A key of random bytes.</summary>
    /// <param name="id"><see cref="IdBytes"/> bytes.</param>
    /// <param name="secret"><see cref="SecretBytes"/> bytes.</param>
    public static KeyText Of(ReadOnlySpan<byte> id, ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(id.Length, IdBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretBytes);
        return new KeyText(Convert.ToHexStringLower(id), Base64Url.EncodeToString(secret));
    }

    /// <summary>Reads a key; false where the text is none, whatever it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out KeyText? key)
    {
        key = null;
        if (text.Length != Prefix.Length + 2 * IdBytes + 1 + SecretLength || !text.StartsWith(Prefix))
        {
            return false;
        }

        var id = text.Slice(Prefix.Length, 2 * IdBytes);
        var secret = text[(Prefix.Length + id.Length + 1)..];
        if (!id.ContainsAnyExcept(HexDigits)
            && text[Prefix.Length + id.Length] == '_'
            && !secret.ContainsAnyExcept(Base64UrlDigits))
        {
            key = new KeyText(id.ToString(), secret.ToString());
        }

        return key is not null;
    }

    /// <summary>The whole key, secret included: to be shown once.</summary>
    public string Reveal() => $"{Prefix}{Id}_{_secret}";

    /// <summary>The key without its secret: what may be logged.</summary>
    public override string ToString() => Prefix + Id;
}
