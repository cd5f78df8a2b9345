using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Cli;
using DurableMesh.Client;
using DurableMesh.Functions.Health;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The mesh as it is installed: one program that is the command line and the host.</summary>
public sealed class BundleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-bundle-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Home => Path.Combine(_folder, "home");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Up_runs_a_mesh_without_a_clone_and_says_its_version()
    {
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(Path.Combine(_folder, "azurite"));
        using Process mesh = Start(
            azurite.ConnectionString, "up", "--json", "--port", MeshHost.FreePort().ToString(CultureInfo.InvariantCulture));
        try
        {
            JsonNode up = JsonNode.Parse((await mesh.StandardOutput.ReadLineAsync(Stop))!)!;
            using var http = new HttpClient { BaseAddress = new Uri(up["url"]!.GetValue<string>()) };
            JsonNode health = JsonNode.Parse(
                await http.GetStringAsync(new Uri("/api/health", UriKind.Relative), Stop))!;
            Assert.True(health["healthy"]!.GetValue<bool>());
            Assert.Equal(BuildVersion.Text, health["version"]!.GetValue<string>());
            Assert.NotEmpty((await MeshClient.Connect(http.BaseAddress!).ListAgentsAsync(Stop)).Agents);

            // What an Azurite would be installed from, and nothing else: the storage was named.
            Assert.Equal(
                ["package-lock.json", "package.json"],
                Directory.EnumerateFileSystemEntries(Path.Combine(Home, "host")).Select(Path.GetFileName).Order());
        }
        finally
        {
            using Process kill = Process.Start("kill", [mesh.Id.ToString(CultureInfo.InvariantCulture)]);
            await mesh.WaitForExitAsync(Stop);
        }
    }

    [Fact]
    public async Task It_says_the_version_of_its_host_and_whose_clone_the_demo_needs()
    {
        (int code, string version, _) = await RunAsync("--version");
        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith($"mesh {BuildVersion.Text}", version, StringComparison.Ordinal);
        Assert.Equal(version, (await RunAsync("version")).Output);

        (code, _, string error) = await RunAsync("demo");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("'mesh demo' needs a clone", error, StringComparison.Ordinal);
        Assert.Contains("'mesh up' runs a mesh", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using Process mesh = Start("", args);
        Task<string> error = mesh.StandardError.ReadToEndAsync(Stop);
        string output = await mesh.StandardOutput.ReadToEndAsync(Stop);
        await mesh.WaitForExitAsync(Stop);
        return (mesh.ExitCode, output, await error);
    }

    private Process Start(string storage, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh-bundle.dll"), .. args])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[MeshVariables.Home] = Home;
        start.Environment["AzureWebJobsStorage"] = storage;
        start.Environment.Remove(MeshVariables.Command);
        Process mesh = Process.Start(start)!;
        if (args[0] == "up")
        {
            mesh.ErrorDataReceived += (_, line) => TestContext.Current.TestOutputHelper?.WriteLine(line.Data ?? "");
            mesh.BeginErrorReadLine();
        }

        return mesh;
    }
}
