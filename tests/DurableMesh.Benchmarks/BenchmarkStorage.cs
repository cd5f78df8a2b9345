using System.Diagnostics;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Benchmarks;

/// <summary>A fresh Azurite with its data in a temporary folder, or a storage in memory to see what the storage costs.</summary>
internal sealed class BenchmarkStorage : IAsyncDisposable
{
    private readonly AzuriteProcess? _azurite;
    private readonly string _folder;
    private int _hubs;

    private BenchmarkStorage(AzuriteProcess? azurite, string folder) => (_azurite, _folder) = (azurite, folder);

    /// <summary>What it is.</summary>
    public string Name => _azurite is null ? "storage in memory" : "Azurite on the same machine";

    /// <summary>For a host that is to use it.</summary>
    public string ConnectionString =>
        _azurite?.ConnectionString ?? throw new InvalidOperationException("A storage in memory has no connection string.");

    /// <summary>Processor time that its process has used; none for one in this process.</summary>
    public TimeSpan Cpu
    {
        get
        {
            if (_azurite is null)
            {
                return TimeSpan.Zero;
            }

            using var process = Process.GetProcessById(_azurite.Identity.ProcessId);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one.</summary>
    public static async Task<BenchmarkStorage> StartAsync(bool inMemory, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("durablemesh-benchmark-").FullName;
        if (inMemory)
        {
            return new BenchmarkStorage(null, folder);
        }

        AzuriteInstallation installation = AzuriteInstallation.Find(Environment.CurrentDirectory, AppContext.BaseDirectory)
            ?? throw new ArgumentException(
                "Run the benchmarks inside the repository: its package.json names the Azurite to use.");
        await installation.EnsureAsync(TimeProvider.System, NullLogger.Instance, cancellation);
        AzuriteProcess azurite = await AzuriteProcess.StartAsync(
            installation,
            new Uri($"http://127.0.0.1:{MeshHost.FreePort()}/"),
            folder,
            TimeProvider.System,
            NullLogger.Instance,
            cancellation);
        return new BenchmarkStorage(azurite, folder);
    }

    /// <summary>A storage for a hub that nobody has used.</summary>
    public IHubStorage NewHub() =>
        _azurite is null ? new InMemoryHubStorage(TimeProvider.System).Connect() : Connect(ConnectionString, NewHubName());

    /// <summary>A hub's name that nobody has used.</summary>
    public string NewHubName() => $"bench{_hubs++}x";

    /// <summary>A storage for a hub by its name.</summary>
    public static IHubStorage Connect(string connectionString, string hubName) => new AzureHubStorage(
        HubContainer.Open(connectionString, hubName),
        _ => Task.CompletedTask,
        TimeProvider.System,
        NullLogger<AzureHubStorage>.Instance);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
