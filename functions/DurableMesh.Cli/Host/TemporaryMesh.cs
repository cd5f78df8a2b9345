using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DurableMesh.Cli.Host;

/// <summary>A mesh that is there for one command, in a storage of its own, of which nothing stays.</summary>
internal sealed class TemporaryMesh : IAsyncDisposable
{
    // The key that comes with every Azurite: the host puts the one in its place that its own takes.
    private const string AzuriteKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly MeshHost _host;

    private TemporaryMesh(MeshHost host, string storage) => (_host, Storage) = (host, storage);

    /// <summary>The folder of its storage, which is gone when it is.</summary>
    public string Storage { get; }

    /// <summary>Where it answers.</summary>
    public Uri Address => _host.Address;

    /// <summary>Starts it.</summary>
    /// <param name="program">The host.</param>
    /// <param name="settings">Environment variables of its own.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="CliException">It did not come up.</exception>
    public static async Task<TemporaryMesh> StartAsync(
        HostProgram program, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var port = FreePort();
        var storage = Path.Combine(program.Root, ".azurite", port.ToString(CultureInfo.InvariantCulture));
        var all = new Dictionary<string, string>(settings)
        {
            ["AzureWebJobsStorage"] = string.Create(
                CultureInfo.InvariantCulture,
                $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AzuriteKey};"
                + $"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"),

            // Nothing of it stays.
            ["Mesh__ReadModel__Folder"] = Path.Combine(storage, "read-model"),

            // A command that is killed leaves no host behind.
            ["Host__Parent"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            return new TemporaryMesh(
                await MeshHost.StartAsync(program, FreePort(), mayStandBy: false, _ => { }, cancellation, all), storage);
        }
        catch
        {
            Delete(storage);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();

        // The host has ended the Azurite that it brought along; what that kept is nobody's any more.
        Delete(Storage);
    }

    private static void Delete(string storage)
    {
        try
        {
            Directory.Delete(storage, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It never began, or somebody looks into it: a folder that is in nobody's way.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
