using System.Net;
using System.Net.Sockets;
using DurableMesh.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.LocalHost.Azurite;

/// <summary>Tests that share one Azurite on a free port, with its data in a temporary folder.</summary>
[CollectionDefinition]
public sealed class SharedAzurite : ICollectionFixture<AzuriteFixture>;

public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-azurite-");

    internal AzuriteProcess Azurite { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Azurite = await StartAsync(_folder.FullName);

    public async ValueTask DisposeAsync()
    {
        await Azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal static async Task<AzuriteProcess> StartAsync(string folder)
    {
        var installation = AzuriteInstallation.Find(AppContext.BaseDirectory)!;
        await installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        return await AzuriteProcess.StartAsync(
            installation,
            new Uri($"http://127.0.0.1:{FreePort()}/"),
            folder,
            TimeProvider.System,
            NullLogger.Instance,
            TestContext.Current.CancellationToken);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
