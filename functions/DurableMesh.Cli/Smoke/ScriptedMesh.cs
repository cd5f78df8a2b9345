using System.Text.RegularExpressions;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Host;

namespace DurableMesh.Cli.Smoke;

/// <summary>
/// The sample organisation in a mesh that is there for one command, its providers a model that answers with what a script says.
/// </summary>
internal sealed partial class ScriptedMesh : IAsyncDisposable
{
    private readonly ScriptedModelServer _model = ScriptedModelServer.Start(Answer);
    private TemporaryMesh? _mesh;

    private ScriptedMesh()
    {
    }

    /// <summary>Where the mesh answers.</summary>
    public Uri Address => _mesh!.Address;

    /// <summary>Starts it.</summary>
    /// <param name="installation">Where the app and the samples are.</param>
    /// <param name="terminal">Shows how far it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ScriptedMesh> StartAsync(
        Installation installation, Terminal terminal, CancellationToken cancellation)
    {
        var scripted = new ScriptedMesh();
        try
        {
            scripted._mesh = await terminal.WorkAsync("starting a mesh", _ =>
                TemporaryMesh.StartAsync(HostProgram.Of(installation), scripted.Settings(installation), cancellation));
            return scripted;
        }
        catch
        {
            await scripted.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (_mesh?.DisposeAsync() ?? default);
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
    };

    private static ModelAnswer Answer(ModelRequest request)
    {
        var part = request.Messages.FirstOrDefault(message => message.Role == ModelRole.System)?.Text ?? "";
        return ModelAnswer.Say($"I am {Name().Match(part).Groups[1].Value}, as the script has it, and can be reached.");
    }

    [GeneratedRegex("^You are ([a-z0-9-]+)")]
    private static partial Regex Name();
}
