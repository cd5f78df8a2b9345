using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Host;
using Spectre.Console;

namespace DurableMesh.Cli.Smoke;

/// <summary>
/// A mesh that is there for one command: the sample organisation in a container and a task hub of its own, its providers a model
/// that answers with what a script says.
/// </summary>
internal sealed partial class ScriptedMesh : IAsyncDisposable
{
    private readonly ScriptedModelServer _model = ScriptedModelServer.Start(Answer);
    private readonly string _name = $"smoke{Guid.NewGuid():N}"[..20];
    private MeshHost? _host;

    private ScriptedMesh()
    {
    }

    /// <summary>Where the mesh answers.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Starts it.</summary>
    /// <param name="installation">Where the app and the samples are.</param>
    /// <param name="terminal">Shows how far it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ScriptedMesh> StartAsync(
        Installation installation, Terminal terminal, CancellationToken cancellation)
    {
        var mesh = new ScriptedMesh();
        try
        {
            mesh._host = await terminal.Note.Status().StartAsync("starting a mesh", _ => MeshHost.StartAsync(
                installation, FreePort(), mayStandBy: false, _ => { }, cancellation, mesh.Settings(installation)));
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (_host?.DisposeAsync() ?? default);
        await _model.DisposeAsync();
    }

    private Dictionary<string, string> Settings(Installation installation) => new()
    {
        ["Mesh__SeedFile"] = Path.Combine(installation.Root, "samples", "organisation.json"),
        ["Mesh__Providers__anthropic__Kind"] = "anthropic",
        ["Mesh__Providers__anthropic__Address"] = _model.Address.AbsoluteUri.TrimEnd('/'),
        ["Mesh__Providers__anthropic__Key"] = "scripted",
        ["Mesh__Providers__ollama__Kind"] = "openai",
        ["Mesh__Providers__ollama__Address"] = new Uri(_model.Address, "v1").AbsoluteUri,
        ["Mesh__StoreContainer"] = _name,
        ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = _name,
    };

    private static ModelAnswer Answer(ModelRequest request)
    {
        var part = request.Messages.FirstOrDefault(message => message.Role == ModelRole.System)?.Text ?? "";
        return ModelAnswer.Say($"I am {Name().Match(part).Groups[1].Value}, as the script has it, and can be reached.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^You are ([a-z0-9-]+)")]
    private static partial Regex Name();
}
