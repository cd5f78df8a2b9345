using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DurableMesh.Client;

/// <summary>How a mesh is reached over a network: what is trusted, and how a dead link is noticed.</summary>
public sealed record MeshLinkOptions
{
    /// <summary>The environment variable that names <see cref="CertificateAuthorities"/>.</summary>
    public const string AuthoritiesVariable = "MESH_CA";

    /// <summary>The environment variable that sets <see cref="AllowKeyOverHttp"/>: <c>1</c> or <c>true</c>.</summary>
    public const string KeyOverHttpVariable = "MESH_INSECURE_HTTP";

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    // A host that moves is found at its new address after that.
    private static readonly TimeSpan ConnectionTime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A PEM file of certificates, one of which must have issued the mesh's, in place of those that the system trusts; null for
    /// the system's.
    /// </summary>
    public string? CertificateAuthorities { get; init; }

    /// <summary>
    /// Whether a key may go over plain http to another machine: only where a tunnel protects all of the way.
    /// </summary>
    public bool AllowKeyOverHttp { get; init; }

    /// <summary>What the environment variables say.</summary>
    public static MeshLinkOptions OfEnvironment() => new()
    {
        CertificateAuthorities = Environment.GetEnvironmentVariable(AuthoritiesVariable) is { Length: > 0 } file ? file : null,
        AllowKeyOverHttp = Environment.GetEnvironmentVariable(KeyOverHttpVariable)?.ToLowerInvariant() is "1" or "true",
    };

    /// <summary>An HTTP client for a mesh.</summary>
    internal HttpClient CreateHttp(Uri address, string? key)
    {
        if (key is not null && address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !AllowKeyOverHttp)
        {
            throw new MeshLinkException(
                $"The key is not sent to {address.GetLeftPart(UriPartial.Authority)}: over plain http anybody on the way can "
                + $"read it. Use https, or a tunnel ('ssh -L 7071:127.0.0.1:7071 {address.Host}' and http://127.0.0.1:7071). "
                + $"Where a VPN protects the whole way, say so with {KeyOverHttpVariable}=1.");
        }

        return new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTime,
            PooledConnectionLifetime = ConnectionTime,
            ConnectCallback = ConnectAsync,
            SslOptions = Trust(),
        })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),

            // Each request has its own.
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
        };
    }

    /// <summary>Connects so that a peer that is gone without a word is noticed within half a minute of silence.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Trust()
    {
        if (CertificateAuthorities is not { } file)
        {
            return new SslClientAuthenticationOptions();
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // A private authority seldom publishes what it revokes.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MeshLinkException(
                $"The certificates of {file} ({AuthoritiesVariable}) cannot be read: {unreadable.Message}", unreadable);
        }

        return policy.CustomTrustStore.Count > 0
            ? new SslClientAuthenticationOptions { CertificateChainPolicy = policy }
            : throw new MeshLinkException($"{file} ({AuthoritiesVariable}) has no certificate in PEM.");
    }
}
