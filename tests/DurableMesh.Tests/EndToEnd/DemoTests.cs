using System.Diagnostics;
using System.Globalization;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>The main job as a new user runs it: with the crash, and with real coding agents.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_survives_its_crash_and_ends_in_PASS_with_evidence_that_holds()
    {
        var (exitCode, output) = await RunAsync("--crash");

        Assert.Equal(0, exitCode);
        Assert.Contains("SIGKILL", output, StringComparison.Ordinal);
        Assert.Contains("PASS verified", output, StringComparison.Ordinal);
        Assert.Contains("the evidence holds", output, StringComparison.Ordinal);
        Assert.Contains("nothing missing", output, StringComparison.Ordinal);
        Assert.Contains("nothing doubled", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_workflow_survives_its_crash_and_ends_in_PASS_with_evidence_that_holds_steps_included()
    {
        var (exitCode, output) = await RunAsync("--workflow");

        Assert.Equal(0, exitCode);
        Assert.Contains("SIGKILL", output, StringComparison.Ordinal);
        Assert.Contains("PASS completed, 3 of 3 steps done", output, StringComparison.Ordinal);
        Assert.Contains("ANSWERED advice_acknowledged", output, StringComparison.Ordinal);
        Assert.Contains("is ready_for_review", output, StringComparison.Ordinal);
        Assert.Contains("the evidence of all 3 threads checked with it", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_real_coding_agents_come_to_PASS_and_a_session_that_goes_on_reads_less_anew()
    {
        var (exitCode, output) = await RunAsync("--with", "pi");
        Assert.SkipWhen(output.Contains("cannot be shown here", StringComparison.Ordinal), output);

        Assert.Equal(0, exitCode);
        Assert.Equal(2, output.Split("PASS verified  8 of 8 criteria").Length - 1);
        foreach (var part in (string[])["builder", "verifier"])
        {
            // in, cached, new; of sessions that go on, then of new ones
            var all = output.Split('\n').Single(line => line.Contains($"all {part}", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..]
                .Select(number => int.Parse(number, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))
                .ToArray();
            Assert.InRange(all[2], 1, all[5] * 2 / 3);
            Assert.Equal(all[0], all[1] + all[2]);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durablemesh-demo-");
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(Path.Combine(folder.FullName, "azurite"));
        string port = MeshHost.FreePort().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh.dll"), "demo", .. options, "--port", port])
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
        output += await errors;
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        folder.Delete(recursive: true);
        return (demo.ExitCode, output);
    }
}
