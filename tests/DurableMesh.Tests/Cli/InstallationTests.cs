using System.Diagnostics;
using DurableMesh.Cli;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli;

/// <summary>The built command line outside of its clone, as <c>dotnet tool install</c> puts it.</summary>
public sealed class InstallationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-installed-").FullName;

    public InstallationTests()
    {
        var output = Path.GetRelativePath(
            Path.Combine(Installation.FindOrNull()!.Root, "tests", "DurableMesh.Tests"), AppContext.BaseDirectory);
        var built = Path.Combine(Installation.FindOrNull()!.Root, "functions", "DurableMesh.Cli", output);
        foreach (var file in Directory.EnumerateFiles(built))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Home);
    }

    private string Home => Path.Combine(_folder, "user");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_that_speaks_to_a_mesh_works_without_a_clone()
    {
        await using var mesh = await FakeMesh.StartAsync();
        var thread = mesh.Open().ThreadId;
        mesh.Send(thread, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });

        using var agent = Start(
            "agent", "run", "--as", Sample.Verifier, "--url", mesh.Url, "--exec",
            $"dotnet {Path.Combine(_folder, "mesh.dll")} reply verdict fail -c 'AC-1=fail: seen'");
        try
        {
            await mesh.UntilAsync(messages => messages.Count == 3, Stop);
        }
        finally
        {
            agent.Kill(entireProcessTree: true);
            await agent.WaitForExitAsync(Stop);
        }

        Assert.Equal((MessageKind.Verdict, Verdict.Fail), (mesh.Messages[2].Kind, mesh.Messages[2].Verdict));
        Assert.True(Directory.Exists(Path.Combine(Home, ".mesh", "agents", Sample.Verifier)));
        var (code, output, _) = await RunAsync("status", thread, "--url", mesh.Url);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains(thread, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("demo")]
    public async Task What_needs_a_clone_says_so_and_what_to_do(string command)
    {
        var (code, _, error) = await RunAsync(command, "--port", EndToEnd.MeshHost.FreePort().ToString(Invariant));

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"'mesh {command}' needs a clone", error, StringComparison.Ordinal);
        Assert.Contains(_folder, error, StringComparison.Ordinal);
        Assert.Contains($"./mesh {command}", error, StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_folder, "mesh.dll"), .. args])
        {
            WorkingDirectory = Home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = Home;
        start.Environment["USERPROFILE"] = Home;
        start.Environment.Remove(MeshVariables.Home);
        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var mesh = Start(args);
        var error = mesh.StandardError.ReadToEndAsync(Stop);
        var output = await mesh.StandardOutput.ReadToEndAsync(Stop);
        await mesh.WaitForExitAsync(Stop);
        return (mesh.ExitCode, output, await error);
    }
}
