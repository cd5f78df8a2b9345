using System.Net;
using System.Net.Sockets;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Cli.Host;
using DurableMesh.Client;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>A mesh and a model for one experiment alone: nothing of another one, and nobody's money, is in it.</summary>
internal sealed class ScriptedStage : IAsyncDisposable
{
    private readonly ScriptedModelServer _model;
    private readonly string _name = $"experiment{Guid.NewGuid():N}"[..24];
    private MeshHost? _host;

    private ScriptedStage(Workload workload) =>
        _model = ScriptedModelServer.Start(new ScriptedPeers(workload).Answer, pace: ScriptedPeers.Pace);

    /// <summary>Where the model answers.</summary>
    public Uri Model => _model.Address;

    /// <summary>The mesh.</summary>
    public MeshClient Mesh => MeshClient.Connect(_host!.Address);

    /// <summary>Starts both.</summary>
    /// <param name="workload">The tasks.</param>
    /// <param name="terminal">Shows how far it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ScriptedStage> StartAsync(Workload workload, Terminal terminal, CancellationToken cancellation)
    {
        var stage = new ScriptedStage(workload);
        try
        {
            var installation = Installation.Find("experiment");
            stage._host = await MeshHost.StartAsync(
                installation, FreePort(), mayStandBy: false, _ => { }, cancellation, stage.Settings());
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? default);
        await _model.DisposeAsync();
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Mesh__StoreContainer"] = _name,
        ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = _name,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
