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
    private TemporaryMesh? _mesh;

    private ScriptedStage(Workload workload) =>
        _model = ScriptedModelServer.Start(new ScriptedPeers(workload).Answer, pace: ScriptedPeers.Pace);

    /// <summary>Where the model answers.</summary>
    public Uri Model => _model.Address;

    /// <summary>The mesh.</summary>
    public MeshClient Mesh => MeshClient.Connect(_mesh!.Address);

    /// <summary>Starts both.</summary>
    /// <param name="workload">The tasks.</param>
    /// <param name="terminal">Shows how far it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ScriptedStage> StartAsync(Workload workload, Terminal terminal, CancellationToken cancellation)
    {
        var stage = new ScriptedStage(workload);
        try
        {
            stage._mesh = await terminal.WorkAsync("starting a mesh", _ => TemporaryMesh.StartAsync(
                HostProgram.Of(Installation.Find("experiment run --scripted")), new Dictionary<string, string>(), cancellation));
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
        await (_mesh?.DisposeAsync() ?? default);
        await _model.DisposeAsync();
    }
}
