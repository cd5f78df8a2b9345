using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DurableMesh.Tests.EndToEnd.Devices;

/// <summary>What a reverse proxy does for the mesh: TLS to the outside, plain bytes to a port of the loopback.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly X509Certificate2 _certificate;
    private readonly int _mesh;
    private readonly Task _accepting;

    private TlsFront(IPAddress address, int mesh)
    {
        (_listener, _mesh, _certificate) = (new TcpListener(address, 0), mesh, Certify(address));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it answers.</summary>
    public string Url => $"https://{_listener.LocalEndpoint}";

    /// <summary>Its certificate, which it has issued itself.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Starts one before a mesh.</summary>
    public static TlsFront Start(IPAddress address, Uri mesh) => new(address, mesh.Port);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _certificate.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 Certify(IPAddress address)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        var request = new CertificateRequest("CN=mesh", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var outside = new SslStream(client.GetStream());
                await outside.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                using var mesh = new TcpClient();
                await mesh.ConnectAsync(IPAddress.Loopback, _mesh, _stop.Token);
                NetworkStream inside = mesh.GetStream();
                await await Task.WhenAny(outside.CopyToAsync(inside, _stop.Token), inside.CopyToAsync(outside, _stop.Token));
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException
                or System.Security.Authentication.AuthenticationException)
            {
                // The link was cut, or the test is over.
            }
        }
    }
}
