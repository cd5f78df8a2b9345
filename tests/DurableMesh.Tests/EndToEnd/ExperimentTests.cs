using System.Diagnostics;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Core.Experiments;
using DurableMesh.Tests.Cli;
using DurableMesh.Tests.Cli.Experiments;

namespace DurableMesh.Tests.EndToEnd;

/// <summary><c>mesh experiment run --scripted</c> with real processes, killed in the middle.</summary>
public sealed class ExperimentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-experiment-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_run_that_is_killed_goes_on_and_comes_to_what_one_without_a_crash_comes_to()
    {
        using var workload = new WorkloadFolder("one", "two");
        (int whole, string output) = await RunAsync(workload, "whole");
        Assert.True(whole == 0, output);

        using (Process killed = Start(workload, "killed"))
        {
            string chain = Path.Combine(_folder.FullName, "killed", "chain.jsonl");
            while (!killed.HasExited && !(File.Exists(chain) && File.ReadLines(chain).Count() > 2))
            {
                await Task.Delay(10, Cancellation);
            }

            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
        }

        Assert.InRange(Runs("killed").Count, 1, 5);
        (int again, output) = await RunAsync(workload, "killed");
        Assert.True(again == 0, output);

        Assert.Equal(6, Runs("whole").Count);
        Assert.Equal(Figures("whole"), Figures("killed"));
        Assert.All(Runs("whole"), run => Assert.Equal((true, HiddenCheck.Pass, 2), (run.Passed, run.HiddenCheck, run.Rounds)));

        // The sequential arms load their context anew; the mesh's session goes on.
        Assert.True(NewTokens(ExperimentArm.Mesh) < NewTokens(ExperimentArm.SequentialWarm));
        Assert.True(NewTokens(ExperimentArm.SequentialWarm) <= NewTokens(ExperimentArm.SequentialCold));

        string evidence = Path.Combine(_folder.FullName, "killed", "experiment-evidence.json");
        MeshRun verified = await MeshRun.OfAsync(
            "", ["evidence", "verify", evidence, "--threads", Path.Combine(_folder.FullName, "killed", "evidence")]);
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
        string report = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "killed", "report.md"), Cancellation);
        Assert.StartsWith("# small: ", report, StringComparison.Ordinal);

        // A file of a task is another one since: the figures would be of two experiments.
        workload.Write("tasks/one/hidden.mjs", "export default [];");
        (int changed, output) = await RunAsync(workload, "killed");
        Assert.Equal(2, changed);
        Assert.Contains("has changed since", output, StringComparison.Ordinal);
    }

    private double NewTokens(ExperimentArm arm) => Runs("whole").Where(run => run.Arm == arm).Sum(run => run.NewTokens);

    private IEnumerable<string> Figures(string name) => Runs(name)
        .Select(run => $"{run.Slot} {run.InputUncached} {run.InputCached} {run.Output} {run.EndState} {run.Rounds} {run.Retries}")
        .Order(StringComparer.Ordinal);

    private List<ArmRun> Runs(string name) =>
        [.. ExperimentEvidence.RunsOf(ExperimentFolder.Read(Path.Combine(_folder.FullName, name)).Entries)];

    private async Task<(int ExitCode, string Output)> RunAsync(WorkloadFolder workload, string name)
    {
        using Process mesh = Start(workload, name);
        Task<string> errors = mesh.StandardError.ReadToEndAsync(Cancellation);
        string output = await mesh.StandardOutput.ReadToEndAsync(Cancellation);
        await mesh.WaitForExitAsync(Cancellation);
        return (mesh.ExitCode, output + await errors);
    }

    private Process Start(WorkloadFolder workload, string name) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "mesh.dll"),
            "experiment", "run", workload.Folder, "--scripted", "--parallel", "2", "--folder", Path.Combine(_folder.FullName, name),
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment =
        {
            ["MESH_HOME"] = Path.Combine(_folder.FullName, "home"),
        },
    })!;
}
