using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// The real host on a storage that takes no key: an Azurite behind TLS that asks for a token, which the host gets where an app in
/// Azure gets the one of its managed identity.
/// </summary>
public sealed class ManagedIdentityTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-identity-");
    private readonly AnsweringServer _identities;
    private readonly int _port = AzuriteFixture.FreePort();
    private string? _asked;
    private Process? _azurite;

    public ManagedIdentityTests() => _identities = new AnsweringServer(AnswerAsync);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string CertificateFile => Path.Combine(_folder.FullName, "certificate.pem");

    private string KeyFile => Path.Combine(_folder.FullName, "key.pem");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there a process can be told whom to trust (SSL_CERT_FILE).");
        using (var key = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=Azurite", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            var now = DateTimeOffset.UtcNow;
            using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            await File.WriteAllTextAsync(CertificateFile, certificate.ExportCertificatePem(), Cancellation);
            await File.WriteAllTextAsync(KeyFile, key.ExportPkcs8PrivateKeyPem(), Cancellation);
        }

        var installation = AzuriteInstallation.Find(AppContext.BaseDirectory)!;
        await installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, Cancellation);
        var start = new ProcessStartInfo(installation.Tools.Node,
        [
            installation.EntryScript, "--oauth", "basic", "--cert", CertificateFile, "--key", KeyFile,
            "--blobHost", "127.0.0.1", "--blobPort", _port.ToString(CultureInfo.InvariantCulture),
            "--location", _folder.FullName, "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ])
        {
            RedirectStandardOutput = true,
        };
        _azurite = Process.Start(start);
    }

    public async ValueTask DisposeAsync()
    {
        await _identities.DisposeAsync();
        if (_azurite is not null)
        {
            _azurite.Kill();
            await _azurite.WaitForExitAsync();
            _azurite.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_dialogue_runs_to_its_end_on_a_storage_without_a_key()
    {
        // The hub waits for the storage, as after an outage: nobody else needs to.
        await using var host = await MeshHost.StartAsync("", Cancellation, new()
        {
            ["AzureWebJobsStorage__blobServiceUri"] = $"https://127.0.0.1:{_port}/devstoreaccount1",
            ["AzureWebJobsStorage__credential"] = "managedidentity",
            ["AzureWebJobsStorage__clientId"] = "mesh",
            ["IDENTITY_ENDPOINT"] = $"{_identities.Address}/token/",
            ["IDENTITY_HEADER"] = "of-this-app",
            ["SSL_CERT_FILE"] = CertificateFile,
        });
        var id = await host.StartThreadAsync(Cancellation);
        foreach (var message in PassingDialogue.Messages)
        {
            await host.SendAsync(id, message, Cancellation);
        }

        await PassingDialogue.AssertIsWholeAsync(host, id, Cancellation);
        Assert.Contains("client_id=mesh", _asked, StringComparison.Ordinal);
        Assert.Contains("storage devstoreaccount1 by ManagedIdentityCredential", host.Output, StringComparison.Ordinal);
    }

    /// <summary>Answers as App Service does where its apps ask for their identity's token.</summary>
    private Task AnswerAsync(HttpContext http)
    {
        _asked = http.Request.QueryString.Value;
        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        return http.Response.WriteAsJsonAsync(new
        {
            access_token = Token(until),
            expires_on = until.ToString(CultureInfo.InvariantCulture),
            resource = "https://storage.azure.com",
            token_type = "Bearer",
        });
    }

    /// <summary>A token that Azurite takes: it looks at all but the signature.</summary>
    private static string Token(long until)
    {
        return $"{Part(new { alg = "none", typ = "JWT" })}.{Part(new
        {
            aud = "https://storage.azure.com",
            iss = "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
            nbf = until - 7200,
            iat = until - 7200,
            exp = until,
        })}.none";

        static string Part(object claims) =>
            Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(claims)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
