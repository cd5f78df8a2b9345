using DurableMesh.LocalHost;
using DurableMesh.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.LocalHost.Azurite;

/// <summary>A repository of its own with this one's installation, and hosts that start its Azurite.</summary>
public abstract class EmbeddedAzuriteScene : IDisposable
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected DirectoryInfo Root { get; } = Directory.CreateTempSubdirectory("durablemesh-root-");
    private protected Uri Endpoint { get; } = new($"http://127.0.0.1:{AzuriteFixture.FreePort()}/");
    private protected AzuriteInstallation Installation { get; }

    private protected EmbeddedAzuriteScene()
    {
        // A repository of its own, so that no other host's data is touched, with the installation of this one.
        var real = AzuriteInstallation.Find(AppContext.BaseDirectory)!;
        foreach (var file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(Path.Combine(real.Root, file), Path.Combine(Root.FullName, file));
        }

        Directory.CreateSymbolicLink(Path.Combine(Root.FullName, "node_modules"), Path.Combine(real.Root, "node_modules"));
        Installation = new AzuriteInstallation(Root.FullName);
    }

    private protected string PidFile => Path.Combine(Root.FullName, ".azurite", $"{Endpoint.Port}", "azurite.pid");

    public void Dispose()
    {
        Root.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static Task InstalledAsync() => AzuriteInstallation.Find(AppContext.BaseDirectory)!.EnsureAsync(
        TimeProvider.System, NullLogger.Instance, Cancellation);

    private protected string WithKey(string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={AzuriteKey.Account};AccountKey={key};"
            + $"BlobEndpoint={Endpoint}{AzuriteKey.Account};";

    private protected StorageConnection Development() => new(WithKey(AzuriteKey.WellKnown));

    private protected EmbeddedAzurite Host() => Host(Development());

    private protected EmbeddedAzurite Host(StorageConnection storage) =>
        new(storage, Installation, TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);

    private protected EmbeddedAzurite Host(AzuriteInstallation? installation, TimeProvider? time = null) =>
        new(Development(), installation, time ?? TimeProvider.System, NullLogger<EmbeddedAzurite>.Instance);
}
