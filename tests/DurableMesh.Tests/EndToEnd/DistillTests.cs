using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.Core.Evidence;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.EndToEnd;

/// <summary><c>mesh distill run</c> against a real host that wants keys.</summary>
public sealed class DistillTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>, IDisposable
{
    private const string Distiller = "agentforge-distiller";
    private const string Comparator = "datavera-comparator";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-distill-");

    private string Out => Path.Combine(_folder.FullName, "kept.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_passes_is_kept_and_what_became_of_the_rest_is_said_with_evidence(int batch)
    {
        await IssueKeysAsync();
        JsonNode report = await RunAsync($"{batch}");

        Assert.Equal(["D-1", "D-2"], Kept().Select(draft => draft["id"]!.GetValue<string>()));
        Assert.Equal("An invoice is kept for 5 years, more if sued.", Kept()[1]["answer"]!.GetValue<string>());
        Assert.Equal(
            (1, 1, 1, 1),
            (Number(report, "passed"), Number(report, "mended"), Number(report, "dropped"), Number(report, "stopped")));
        Assert.True(Number(report["reading"]!, "mesh") < Number(report["reading"]!, "sequential"));
        foreach (JsonNode? draft in report["notAsTheyWere"]!.AsArray())
        {
            byte[] evidence = await mesh.EvidenceAsync(draft!["threadId"]!.GetValue<string>());
            Assert.Empty(EvidenceVerifier.Verify(evidence).Findings);
        }
    }

    [Fact]
    public async Task A_run_that_is_made_again_finds_its_threads_and_asks_nobody()
    {
        await IssueKeysAsync();
        JsonNode first = await RunAsync("2");
        File.Delete(Out);
        JsonNode second = await RunAsync("2");

        Assert.Equal(Threads(first), Threads(second));
        Assert.Equal(["D-1", "D-2"], Kept().Select(draft => draft["id"]!.GetValue<string>()));
    }

    private static IEnumerable<string> Threads(JsonNode report) =>
        report["notAsTheyWere"]!.AsArray().Select(draft => draft!["threadId"]!.GetValue<string>());

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();

    private async Task IssueKeysAsync()
    {
        await mesh.IssueKeyAsync(Distiller);
        await mesh.IssueKeyAsync(Comparator);
    }

    private JsonNode[] Kept() => [.. File.ReadAllLines(Out).Select(line => JsonNode.Parse(line)!)];

    private async Task<JsonNode> RunAsync(string batch)
    {
        using var baseline = new TemporaryFile(
            """
            {"id": "B-1", "question": "How long is an invoice kept?", "answer": "An invoice is kept for 5 years."}
            {"id": "B-2", "question": "May a builder verify its own work?", "answer": "A builder may not verify its own work."}
            """);
        using var drafts = new TemporaryFile(
            """
            {"id": "D-1", "question": "Can a thread be cancelled?", "answer": "At any time."}
            {"id": "D-2", "question": "How long is an invoice kept?", "answer": "An invoice is kept for 7 years, more if sued."}
            {"id": "D-3", "question": "How long is an invoice kept?", "answer": "An invoice is kept for 5 years."}
            {"id": "D-4", "question": "May a builder verify its own work?", "answer": "A builder may verify its own work."}
            """);
        MeshRun run = await MeshRun.OfAsync(
            "",
            [
                "distill", "run", "--drafts", drafts.Path, "--baseline", baseline.Path, "--out", Out, "--batch", batch,
                "--ttl", "10m", "--json", "--url", mesh.Address.AbsoluteUri, "--key", mesh.KeyOf(GuardedMesh.Operator),
            ],
            name => name switch
            {
                MeshVariables.Home => Path.Combine(_folder.FullName, "home"),
                "MESH_DISTILLER_KEY" => mesh.KeyOf(Distiller),
                "MESH_COMPARATOR_KEY" => mesh.KeyOf(Comparator),
                _ => Environment.GetEnvironmentVariable(name),
            });
        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        return JsonSerializer.Deserialize<JsonNode>(run.Out)!;
    }
}
