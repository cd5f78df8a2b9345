using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DurableMesh.Functions.Webhooks;

/// <summary>
/// Signs what the mesh posts, as Standard Webhooks 1.0.0 wants it (https://www.standardwebhooks.com): HMAC-SHA256 over id,
/// timestamp and body, so that a receiver knows the sender, and an old request from a new one.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header with the message's id: the same at every attempt.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>The header with the time of the attempt, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>The header with the signature: <c>v1,</c> and base64.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>What a secret begins with whose rest is the key in base64.</summary>
    public const string SecretPrefix = "whsec_";

    private const int SecretBytes = 32;

    /// <summary>A new secret.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Adds the three headers to a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="secret">
    /// The secret: one with the prefix stands for the bytes that its base64 says, any other for its own UTF-8.
    /// </param>
    /// <param name="id">The message's id.</param>
    /// <param name="at">The time of the attempt.</param>
    /// <param name="body">The body, byte for byte.</param>
    public static void Sign(HttpRequestMessage request, string secret, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation(IdHeader, id);
        request.Headers.TryAddWithoutValidation(TimestampHeader, timestamp);
        request.Headers.TryAddWithoutValidation(SignatureHeader, Of(secret, id, timestamp, body));
    }

    private static string Of(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return $"v1,{Convert.ToBase64String(hmac.GetHashAndReset())}";
    }

    private static byte[] KeyOf(string secret)
    {
        var key = new byte[secret.Length];
        return secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var written)
            ? key[..written]
            : Encoding.UTF8.GetBytes(secret);
    }
}
