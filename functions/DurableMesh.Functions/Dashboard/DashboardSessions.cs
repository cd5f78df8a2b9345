using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Who uses a browser.</summary>
/// <param name="KeyId">The key that was entered; null where nobody needs one.</param>
/// <param name="RootHash">SHA-256 of the root key, in hexadecimal digits, where that was entered; null otherwise.</param>
/// <param name="Until">When the session is over, whatever happens.</param>
internal sealed record DashboardSession(string? KeyId, string? RootHash, DateTimeOffset Until)
{
    /// <summary>Whether a key was entered.</summary>
    public bool HasKey => KeyId is not null || RootHash is not null;
}

/// <summary>
/// Sessions of browsers. A session names a key and never is one: whether that key still works is asked at every request. It lies
/// in a cookie, sealed with a secret of the store, so that every host knows it, and nobody makes one up.
/// </summary>
internal sealed class DashboardSessions(IBlobs blobs, TimeProvider time)
{
    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const string Cookie = "mesh-session";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly StoreSecret _secret = new(blobs, "dashboard");

    /// <summary>The session of a request; null where it has none that holds.</summary>
    public async ValueTask<DashboardSession?> ReadAsync(HttpRequest request, CancellationToken cancellation) =>
        request.Cookies[Cookie] is { Length: > 0 } text && Open(text, await _secret.ReadAsync(cancellation), out var session)
            && session.Until > time.GetUtcNow()
            ? session
            : null;

    /// <summary>Gives the browser a session.</summary>
    public async ValueTask BeginAsync(
        HttpContext http, string? keyId, string? rootHash, CancellationToken cancellation)
    {
        var session = new DashboardSession(keyId, rootHash, time.GetUtcNow() + Life);
        var text = Seal(session, await _secret.ReadAsync(cancellation));
        http.Items[Cookie] = text;
        http.Response.Cookies.Append(Cookie, text, OptionsFor(http.Request));
    }

    /// <summary>Takes the browser's session away.</summary>
    public static void End(HttpContext http) => http.Response.Cookies.Delete(Cookie, OptionsFor(http.Request));

    /// <summary>
    /// What a form of this session carries, so that no page of another site, nor of another port here, can send one. A browser
    /// without a session gets one for it.
    /// </summary>
    public async ValueTask<string> FormTokenAsync(HttpContext http, CancellationToken cancellation)
    {
        if (http.Items[Cookie] is null && await ReadAsync(http.Request, cancellation) is null)
        {
            await BeginAsync(http, keyId: null, rootHash: null, cancellation);
        }

        return TokenOf((string?)http.Items[Cookie] ?? http.Request.Cookies[Cookie]!, await _secret.ReadAsync(cancellation));
    }

    /// <summary>Whether a form carries the token of the request's session.</summary>
    public async ValueTask<bool> HoldsAsync(HttpRequest request, string? formToken, CancellationToken cancellation) =>
        request.Cookies[Cookie] is { Length: > 0 } text
        && await ReadAsync(request, cancellation) is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(TokenOf(text, await _secret.ReadAsync(cancellation))), Encoding.UTF8.GetBytes(formToken ?? ""));

    private static string TokenOf(string session, byte[] secret) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(session)));

    private static CookieOptions OptionsFor(HttpRequest request) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = Life,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
    };

    private static string Seal(DashboardSession session, byte[] secret)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(session, AppJson.TypeInfo<DashboardSession>());
        var closed = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(closed.AsSpan(0, NonceBytes));
        using var key = new AesGcm(secret, TagBytes);
        key.Encrypt(closed.AsSpan(0, NonceBytes), plain, closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(^TagBytes..));
        return Base64Url.EncodeToString(closed);
    }

    private static bool Open(string text, byte[] secret, [NotNullWhen(true)] out DashboardSession? session)
    {
        session = null;
        try
        {
            var closed = Base64Url.DecodeFromChars(text);
            if (closed.Length <= NonceBytes + TagBytes)
            {
                return false;
            }

            var plain = new byte[closed.Length - NonceBytes - TagBytes];
            using var key = new AesGcm(secret, TagBytes);
            key.Decrypt(closed.AsSpan(0, NonceBytes), closed.AsSpan(NonceBytes, plain.Length), closed.AsSpan(^TagBytes..), plain);
            session = JsonSerializer.Deserialize(plain, AppJson.TypeInfo<DashboardSession>());
            return session is not null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            // Somebody made it up, or it is another store's.
            return false;
        }
    }
}
