using DurableMesh.Agents.Runs;
using DurableMesh.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents.Hosting;

/// <summary>An agent's runner, for as long as its host runs.</summary>
internal sealed class MeshAgentService(MeshAgentSettings settings, IAgentHandler handler, ILogger log, TimeProvider time)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var home = AgentHome.Open(settings.Home, settings.Options.Agent);
        var mesh = MeshClient.Connect(settings.Mesh, settings.Key);
        using var runner = new AgentRunner(
            settings.Options with { Key = settings.Options.Key ?? settings.Key }, handler, mesh, home, log, time);
        await runner.RunAsync(stoppingToken);
    }
}
