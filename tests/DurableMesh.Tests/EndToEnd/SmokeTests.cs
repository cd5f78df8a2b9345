using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DurableMesh.Tests.EndToEnd;

/// <summary><c>mesh smoke</c> with real processes: the sample organisation, and a scripted model for its providers.</summary>
public sealed class SmokeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_53_agents_of_all_14_companies_answer_by_id_and_by_alias()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durablemesh-smoke-");
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh.dll"), "smoke", "--scripted", "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["MESH_HOME"] = Path.Combine(folder.FullName, "home"),
            },
        };
        using var mesh = Process.Start(start)!;
        Task<string> errors = mesh.StandardError.ReadToEndAsync(Cancellation);
        string output = await mesh.StandardOutput.ReadToEndAsync(Cancellation);
        await mesh.WaitForExitAsync(Cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine($"{output}\n{await errors}");
        Assert.Equal(0, mesh.ExitCode);
        JsonNode report = JsonNode.Parse(output)!;
        Assert.Equal((53, 53), ((int)report["agents"]!, (int)report["agentsAnswered"]!));
        Assert.Equal((14, 14), ((int)report["companies"]!, (int)report["companiesAnswered"]!));
        JsonArray rows = report["rows"]!.AsArray();
        Assert.All(rows, row => Assert.True((bool)row!["answered"]!));
        Assert.True(rows.Count(row => (string?)row!["name"] != (string?)row["agent"]) >= 14);

        // Who comes for his messages himself is not there; the mesh says so, and spends nothing.
        Assert.Equal(9, rows.Where(row => (bool)row!["plumbing"]!).Select(row => (string?)row!["agent"]).Distinct().Count());
        Assert.True((decimal)report["costUsd"]! > 0);
        folder.Delete(recursive: true);
    }
}
