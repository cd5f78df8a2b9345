using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Processes;
using DurableMesh.Client;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Demo;

/// <summary>
/// Where a demo takes place: a folder of its own with a log, a mesh of its own, and agents as <c>mesh agent run</c> runs
/// anybody's.
/// </summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    private readonly Installation _installation;
    private readonly DemoOptions _options;
    private readonly Terminal _terminal;
    private readonly List<BackgroundProcess> _agents = [];
    private readonly TextWriter _log;
    private MeshHost? _host;

    /// <summary>Prepares the folder.</summary>
    public DemoStage(Installation installation, DemoOptions options, Terminal terminal)
    {
        (_installation, _options, _terminal) = (installation, options, terminal);
        Name = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        Folder = PrivateFolder.Ensure(Path.Combine(MeshFolder.Of(terminal).Private().Path, "demo", Name));
        _log = TextWriter.Synchronized(
            new StreamWriter(PrivateFolder.Open(Path.Combine(Folder, "log.txt"), FileMode.Create)) { AutoFlush = true });
    }

    /// <summary>Tells this demo from others.</summary>
    public string Name { get; }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The mesh, once it is started.</summary>
    public MeshHost Host => _host!;

    /// <summary>The agents, as far as they were started.</summary>
    public IReadOnlyList<BackgroundProcess> Agents => _agents;

    /// <summary>Starts the mesh.</summary>
    /// <returns>A client of it.</returns>
    public async Task<MeshClient> StartMeshAsync(CancellationToken cancellation)
    {
        var clock = TimeProvider.System.GetTimestamp();
        _host = await _terminal.WorkAsync("starting the mesh", _ =>
            MeshHost.StartAsync(
                HostProgram.Of(_installation),
                _options.Port,
                mayStandBy: false,
                line => _log.WriteLine($"host: {HiddenCharacters.Mask(line)}"),
                cancellation));
        var seconds = TimeProvider.System.GetElapsedTime(clock).TotalSeconds;
        Say($"[green]The mesh is up[/] at {_host.Address} [grey]after {seconds:0.0} s, process {_host.ProcessId}[/]");
        return MeshClient.Connect(_host.Address, _options.Key);
    }

    /// <summary>Kills the mesh and starts it again.</summary>
    /// <param name="when">The moment, in words.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task CrashMeshAsync(string when, CancellationToken cancellation)
    {
        Say($"[bold red]✗ SIGKILL[/] [red]the mesh, process {Host.ProcessId}, is killed in the middle of {when}[/]");
        await Host.CrashAsync();
        await StartMeshAsync(cancellation);
    }

    /// <summary>
    /// Starts an agent's runner, with a key of its own where the mesh wants keys: an operator speaks as no agent.
    /// </summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="name">How the log calls it.</param>
    /// <param name="arguments">The runner's options beside the agent's name.</param>
    /// <param name="environment">Variables for it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task StartAgentAsync(
        MeshClient mesh,
        string agent,
        string name,
        IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>> environment,
        CancellationToken cancellation)
    {
        var key = _options.Key is null
            ? ""
            : (await mesh.IssueKeyAsync(agent, new IssueKeyRequest(null, null, KeyLifetime), cancellation)).Key!;
        _agents.Add(BackgroundProcess.StartDotnet(
            [typeof(DemoStage).Assembly.Location, "agent", "run", "--as", agent, .. arguments],
            [
                new(MeshVariables.Url, Host.Address.AbsoluteUri),
                new(MeshVariables.Home, Folder),
                new(MeshVariables.Key, key),
                .. environment,
            ],
            Folder,
            line => _log.WriteLine($"{name}: {HiddenCharacters.Mask(line)}")));
    }

    /// <summary>Stops the agents.</summary>
    public async Task StopAgentsAsync()
    {
        await Task.WhenAll(_agents.Select(agent => agent.DisposeAsync().AsTask()));
        _agents.Clear();
    }

    /// <summary>Ends the demo where an agent has stopped, for the mesh would wait for it in vain.</summary>
    /// <exception cref="CliException">One has.</exception>
    public void MustHaveAllAgents()
    {
        if (_agents.Find(agent => agent.HasExited) is { } gone)
        {
            throw new CliException(ExitCode.Refused, $"An agent of the demo stopped. Its last words:\n{gone.LastLines}");
        }
    }

    /// <summary>Says how it goes: to people; where JSON is printed, beside it.</summary>
    public void Say(string markup) => (_options.AsJson ? _terminal.Note : _terminal.Out).MarkupLine(markup);

    /// <summary>Stops the agents, then the mesh.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAgentsAsync();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _log.DisposeAsync();
    }
}
