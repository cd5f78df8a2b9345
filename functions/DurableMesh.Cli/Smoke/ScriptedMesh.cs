using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Host;
using Spectre.Console;

namespace DurableMesh.Cli.Smoke;

/// <summary>
/// A mesh that is there for one command: the sample organisation in a storage of its own, of which nothing stays, its providers a
/// model that answers with what a script says.
/// </summary>
internal sealed partial class ScriptedMesh : IAsyncDisposable
{
    // The key that comes with every Azurite: the host puts the one in its place that its own takes.
    private const string AzuriteKey =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly ScriptedModelServer _model = ScriptedModelServer.Start(Answer);
    private readonly int _storagePort = FreePort();
    private readonly Installation _installation;
    private MeshHost? _host;

    private ScriptedMesh(Installation installation) => _installation = installation;

    /// <summary>Where the mesh answers.</summary>
    public Uri Address => _host!.Address;

    /// <summary>Starts it.</summary>
    /// <param name="installation">Where the app and the samples are.</param>
    /// <param name="terminal">Shows how far it is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<ScriptedMesh> StartAsync(
        Installation installation, Terminal terminal, CancellationToken cancellation)
    {
        var mesh = new ScriptedMesh(installation);
        try
        {
            mesh._host = await terminal.Note.Status().StartAsync("starting a mesh", _ => MeshHost.StartAsync(
                installation, FreePort(), mayStandBy: false, _ => { }, cancellation, mesh.Settings()));
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
        DeleteStorage();
    }

    /// <summary>The host has ended the Azurite that it brought along; what that kept is nobody's any more.</summary>
    private void DeleteStorage()
    {
        var folder = Path.Combine(_installation.Root, ".azurite", _storagePort.ToString(CultureInfo.InvariantCulture));
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It never began, or somebody looks into it: a folder that is in nobody's way.
        }
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["AzureWebJobsStorage"] = string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AzuriteKey};"
            + $"BlobEndpoint=http://127.0.0.1:{_storagePort}/devstoreaccount1;"),
        ["Mesh__SeedFile"] = Path.Combine(_installation.Root, "samples", "organisation.json"),
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^You are ([a-z0-9-]+)")]
    private static partial Regex Name();
}
