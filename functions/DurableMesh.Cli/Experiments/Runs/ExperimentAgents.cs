using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>The two agents of an experiment, at work in this program.</summary>
/// <param name="parallel">How many runs are under way at once.</param>
/// <param name="terminal">Where they say what goes wrong.</param>
internal sealed class ExperimentAgents(int parallel, Terminal terminal)
{
    private static readonly TimeSpan RetryFor = TimeSpan.FromMinutes(1);

    /// <summary>Works until it is stopped, or one of them cannot go on.</summary>
    /// <param name="parties">Each agent with what answers for it, and the mesh as it asks it.</param>
    /// <param name="cancellation">Stops both.</param>
    public async Task WorkAsync(
        IEnumerable<(string Agent, IAgentHandler Handler, MeshClient Mesh)> parties, CancellationToken cancellation)
    {
        // What they know of a run is worth nothing to another one.
        using var home = new Workshop();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> working =
            [.. parties.Select(one => RunAsync(one.Agent, one.Handler, one.Mesh, home.Folder, stop.Token))];
        try
        {
            await await Task.WhenAny(working);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(
        string agent, IAgentHandler handler, MeshClient mesh, string home, CancellationToken cancellation)
    {
        using var folder = AgentHome.Open(home, agent);
        var options = new MeshAgentOptions
        {
            Agent = agent,
            Parallel = parallel,
            RetryFor = RetryFor,

            // Where it is registered: an experiment stands in for it there.
            Device = (await mesh.GetAgentAsync(agent, cancellation)).Device ?? Environment.MachineName,
            Workspaces = handler as IWorkspaces ?? new SharedFolder(home),
        };
        var log = new TerminalLog(terminal, $"mesh agent {agent}", LogLevel.Warning);
        using var runner = new AgentRunner(options, handler, mesh, folder, log, TimeProvider.System);
        await runner.RunAsync(cancellation);
    }
}
