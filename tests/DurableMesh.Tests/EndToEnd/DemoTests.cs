using System.Diagnostics;
using System.Globalization;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The main job as a new user runs it, with the crash.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_survives_its_crash_and_ends_in_PASS_with_evidence_that_holds()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durablemesh-demo-");
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(Path.Combine(folder.FullName, "azurite"));
        string port = MeshHost.FreePort().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh.dll"), "demo", "--crash", "--port", port])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["MESH_HOME"] = Path.Combine(folder.FullName, "home"),
            },
        };

        using Process demo = Process.Start(start)!;
        Task<string> errors = demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(output + await errors);

        Assert.Equal(0, demo.ExitCode);
        Assert.Contains("SIGKILL", output, StringComparison.Ordinal);
        Assert.Contains("PASS verified", output, StringComparison.Ordinal);
        Assert.Contains("the evidence holds", output, StringComparison.Ordinal);
        Assert.Contains("nothing missing", output, StringComparison.Ordinal);
        Assert.Contains("nothing doubled", output, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }
}
