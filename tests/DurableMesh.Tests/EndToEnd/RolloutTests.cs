using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Cli;
using DurableMesh.Core.Experiments;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.Cli;
using DurableMesh.Tests.Core.Experiments;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// A pair of the sample organisation is rolled out by an experiment on a real host, and taken back by its own threads.
/// </summary>
public sealed class RolloutTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-rollout-");
    private AzuriteProcess _azurite = null!;
    private MeshHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(_folder.FullName);
        _host = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_host.Output);
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_pair_is_rolled_out_and_its_own_threads_take_it_back()
    {
        // A baseline that took hardly any time, so that a dialogue of this test takes more.
        ExperimentPlan plan = SampleExperiment.Plan();
        IEnumerable<ArmRun> runs = SampleExperiment.Runs(plan)
            .Select(run => run with { WallSeconds = run.WallSeconds * 1e-9, MeshSeconds = null });
        byte[] file = SampleExperiment.Evidence(plan, [.. runs]).ToUtf8();
        using var evidence = new TemporaryFile(Encoding.UTF8.GetString(file), ".json");

        await RunAsync("demote", "--pair", MeshHost.Builder, MeshHost.Verifier, "--by", "ann", "--why", "first measure it");
        await AssertAuthorisedAsync(false);
        await RunAsync("apply", evidence.Path, "--by", "ann");
        await AssertAuthorisedAsync(true);

        // All of them begin before the first passes: then their MC task is no longer in progress.
        var threads = new List<string>();
        while (threads.Count < 6)
        {
            threads.Add(await _host.StartThreadAsync(Cancellation));
        }

        foreach (string id in threads)
        {
            foreach (JsonObject message in PassingDialogue.Messages)
            {
                var sent = message.DeepClone().AsObject();
                sent["usage"] = new JsonObject { ["model"] = "m", ["inputTokens"] = 5000, ["costUsd"] = 0.001 };
                await _host.SendAsync(id, sent, Cancellation);
            }
        }

        MeshRun watched = await RunAsync("watch", evidence.Path, "--once", "--demote", "--by", "ann");
        Assert.StartsWith("The saving is gone: ", watched.Out, StringComparison.Ordinal);
        await AssertAuthorisedAsync(false);
    }

    private async Task AssertAuthorisedAsync(bool expected)
    {
        const string Query = $"initiator={MeshHost.Builder}&responder={MeshHost.Verifier}&pattern=builder-verifier";
        JsonNode explained = await _host.GetAsync($"/api/authority/explain?{Query}", Cancellation);
        Assert.Equal(expected, explained["patterns"]![0]!["decision"]!["authorised"]!.GetValue<bool>());
    }

    private async Task<MeshRun> RunAsync(params string[] args)
    {
        MeshRun run = await MeshRun.OfAsync("", ["experiment", .. args, "--url", _host.Address]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Out}\n{run.Error}");
        Assert.Equal(ExitCode.Done, run.ExitCode);
        return run;
    }
}
