using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DurableMesh.Core.Evidence;
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
internal sealed class DashboardSessions
{
    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const string Cookie = "mesh-session";

    private readonly FoldedLog<EndedSessions, SessionEnded> _ended;
    private readonly StoreSecret _secret;
    private readonly StoreSeal _seal;
    private readonly TimeProvider _time;

    public DashboardSessions(IBlobs blobs, FoldedLog<EndedSessions, SessionEnded> ended, TimeProvider time)
    {
        _ended = ended;
        _secret = new StoreSecret(blobs, "dashboard");
        (_seal, _time) = (new StoreSeal(_secret), time);
    }

    /// <summary>The session of a request; null where it has none that holds.</summary>
    public async ValueTask<DashboardSession?> ReadAsync(HttpRequest request, CancellationToken cancellation) =>
        request.Cookies[Cookie] is { Length: > 0 } text && await OpenAsync(text, cancellation) is { } session
            && session.Until > _time.GetUtcNow()
            && !(session.HasKey && (await _ended.ReadAsync(cancellation)).Has(IdOf(text)))
            ? session
            : null;

    /// <summary>Gives the browser a session.</summary>
    public async ValueTask BeginAsync(
        HttpContext http, string? keyId, string? rootHash, CancellationToken cancellation)
    {
        var session = new DashboardSession(keyId, rootHash, _time.GetUtcNow() + Life);
        await _seal.ReadyAsync(cancellation);
        var text = _seal.Close(JsonSerializer.SerializeToUtf8Bytes(session, AppJson.TypeInfo<DashboardSession>()));
        http.Items[Cookie] = text;
        http.Response.Cookies.Append(Cookie, text, OptionsFor(http.Request));
    }

    /// <summary>Ends the browser's session, for every copy of its cookie too.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time; the session may go on.</exception>
    public async ValueTask EndAsync(HttpContext http, CancellationToken cancellation)
    {
        if (await ReadAsync(http.Request, cancellation) is { HasKey: true } session)
        {
            await _ended.ChangeAsync(
                new SessionEnded(IdOf(http.Request.Cookies[Cookie]!), session.Until), session.KeyId ?? "root", cancellation);
        }

        Forget(http);
    }

    /// <summary>Has the browser forget a session that does not hold.</summary>
    public static void Forget(HttpContext http) => http.Response.Cookies.Delete(Cookie, OptionsFor(http.Request));

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

    private static string IdOf(string session) => ContentHash.Hex(Encoding.UTF8.GetBytes(session));

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

    private async ValueTask<DashboardSession?> OpenAsync(string text, CancellationToken cancellation)
    {
        await _seal.ReadyAsync(cancellation);
        try
        {
            return _seal.Open(text) is { } plain ? JsonSerializer.Deserialize(plain, AppJson.TypeInfo<DashboardSession>()) : null;
        }
        catch (JsonException)
        {
            // Another version of the host wrote it.
            return null;
        }
    }
}
