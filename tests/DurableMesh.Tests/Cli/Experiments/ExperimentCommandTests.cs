using System.Text;
using DurableMesh.Cli;
using DurableMesh.Cli.Experiments;
using DurableMesh.Client;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Experiments;

namespace DurableMesh.Tests.Cli.Experiments;

/// <summary>The commands round the decision, over a mesh in this process.</summary>
public sealed class ExperimentCommandTests : IAsyncLifetime
{
    private const string Agents =
        """
        {"companies":[{"id":"proveo","name":"Proveo"},{"id":"codecraft","name":"CodeCraft"}],
         "agents":[
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"]},
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"]},
          {"id":"vizu-builder","company":"codecraft","roles":["builder"]}]}
        """;

    private readonly TemporaryFile _evidence = FileOf(SampleExperiment.RollOut());

    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync()
    {
        _mesh = await FakeMesh.StartAsync();
        using var agents = new TemporaryFile(Agents);
        Assert.Equal(ExitCode.Done, (await RunAsync("agents", "load", agents.Path)).ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        _evidence.Dispose();
        return _mesh.DisposeAsync();
    }

    [Fact]
    public async Task An_experiment_is_verified_and_a_changed_one_is_not()
    {
        var holds = await RunAsync("evidence", "verify", _evidence.Path);
        Assert.Equal(ExitCode.Done, holds.ExitCode);
        Assert.Contains("48 runs; chain, order, figures, decision recomputed", holds.Out, StringComparison.Ordinal);
        Assert.Contains("roll_out", holds.Out, StringComparison.Ordinal);
        var json = await RunAsync("evidence", "verify", _evidence.Path, "--json");
        Assert.Equal(DecisionOutcome.RollOut, json.Json<ExperimentReport>().Outcome);

        Forge();
        var forged = await RunAsync("evidence", "verify", _evidence.Path);
        Assert.Equal(ExitCode.Refused, forged.ExitCode);
        Assert.Contains("result.decision.outcome", forged.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_proposed_is_applied_once_and_taken_back_once()
    {
        var proposed = await RunAsync("experiment", "propose", _evidence.Path);
        Assert.Equal(ExitCode.Done, proposed.ExitCode);
        Assert.Contains("active  builder-verifier.codecraft-builder.proveo-verifier", proposed.Out, StringComparison.Ordinal);
        Assert.Contains("pilot  builder-verifier.vizu-builder.proveo-verifier", proposed.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await TableAsync()).Version);

        var applied = await RunAsync("experiment", "apply", _evidence.Path, "--by", "ann", "--json");
        Assert.True(applied.Json<RolloutProposal>().Changes);
        var table = await TableAsync();
        Assert.Equal((1, "ann", 2), (table.Version, table.ChangedBy, table.Rows.Count));

        var again = await RunAsync("experiment", "apply", _evidence.Path, "--by", "ann");
        Assert.Contains("Nothing changes", again.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await TableAsync()).Version);

        string[] demote = ["experiment", "demote", "--pair", Sample.Builder, Sample.Verifier, "--by", "ann", "--why", "too dear"];
        Assert.Contains("retired  builder-verifier.codecraft-builder", (await RunAsync(demote)).Out, StringComparison.Ordinal);
        Assert.Contains("Nothing changes", (await RunAsync(demote)).Out, StringComparison.Ordinal);
        table = await TableAsync();
        Assert.Equal((2, AuthorityStatus.Retired), (table.Version, table.Rows.Single(row => row.Why == "too dear").Status));
    }

    [Theory]
    [InlineData("propose")]
    [InlineData("apply")]
    [InlineData("watch")]
    public async Task Nothing_is_done_on_evidence_that_does_not_hold_or_says_something_else(string command)
    {
        var plan = SampleExperiment.Plan();
        using var keep = FileOf(SampleExperiment.Evidence(plan, SampleExperiment.Runs(plan, share: 0.95)));
        var kept = await RunAsync("experiment", command, keep.Path);
        Assert.Equal(ExitCode.Refused, kept.ExitCode);
        Assert.Contains("The experiment says keep, not roll out.", kept.Error, StringComparison.Ordinal);

        Forge();
        var forged = await RunAsync("experiment", command, _evidence.Path);
        Assert.Equal(ExitCode.Refused, forged.ExitCode);
        Assert.Contains("result.decision.outcome", forged.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await TableAsync()).Version);
    }

    [Fact]
    public async Task A_pair_needs_both_its_agents()
    {
        Assert.Equal(ExitCode.Usage, (await RunAsync("experiment", "demote", "--pair", "one", "--why", "w")).ExitCode);
        Assert.Equal(
            ExitCode.Usage,
            (await RunAsync("experiment", "demote", "--pair", "a", "b", "--why", "w", "--pattern", "x")).ExitCode);
    }

    [Fact]
    public async Task A_saving_that_holds_leaves_the_pair_alone()
    {
        var none = await RunAsync("experiment", "watch", _evidence.Path, "--once");
        Assert.Contains("0 threads are too few", none.Out, StringComparison.Ordinal);
        Play(threads: 8, tokens: 5_000);
        var look = await RunAsync("experiment", "watch", _evidence.Path, "--once", "--demote", "--json");
        Assert.Equal(ExitCode.Done, look.ExitCode);
        Assert.Equal((LiveVerdict.Holds, 8), (look.Json<LiveComparison>().Verdict, look.Json<LiveComparison>().Threads));
        Assert.Equal(0, (await TableAsync()).Version);
    }

    [Fact]
    public async Task A_saving_that_is_gone_is_said_and_takes_the_pair_back()
    {
        using var quick = FileOf(Quick());
        await RunAsync("experiment", "apply", quick.Path, "--by", "ann");
        Play(threads: 8, tokens: 50_000);

        var said = await RunAsync("experiment", "watch", quick.Path, "--once");
        Assert.Equal(ExitCode.Refused, said.ExitCode);
        Assert.StartsWith("The saving is gone: ", said.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await TableAsync()).Version);

        var done = await RunAsync("experiment", "watch", quick.Path, "--demote", "--by", "watch");
        Assert.Equal(ExitCode.Done, done.ExitCode);
        var row = (await TableAsync()).Rows.Single(one => one.Status == AuthorityStatus.Retired);
        Assert.Equal("builder-verifier.codecraft-builder.proveo-verifier", row.Id);
        Assert.Contains("8 live threads: The saving is gone", row.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_looks_until_the_saving_is_gone_and_only_at_the_newest()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{_mesh.Url}/") };
        var time = new HurriedTime(3_600_000);
        var watch = new ExperimentWatch(new MeshClient(http, TimeProvider.System), Quick(), newest: 8, time);
        var looks = new List<LiveVerdict>();

        var last = await watch.FollowAsync(
            TimeSpan.FromHours(1),
            look =>
            {
                looks.Add(look.Verdict);
                Play(threads: 4, tokens: 50_000);
            },
            TestContext.Current.CancellationToken);

        Assert.Equal([LiveVerdict.NotEnoughData, LiveVerdict.NotEnoughData, LiveVerdict.Gone], looks);
        Assert.Equal(8, last.Threads);
    }

    /// <summary>An experiment whose baseline took hardly any time, so that threads of a test take more.</summary>
    private static ExperimentEvidence Quick()
    {
        var plan = SampleExperiment.Plan();
        var runs = SampleExperiment.Runs(plan)
            .Select(run => run with { WallSeconds = run.WallSeconds * 1e-9, MeshSeconds = null });
        return SampleExperiment.Evidence(plan, [.. runs]);
    }

    private static TemporaryFile FileOf(ExperimentEvidence evidence) => new(Encoding.UTF8.GetString(evidence.ToUtf8()), ".json");

    /// <summary>Writes another decision into the file.</summary>
    private void Forge() => File.WriteAllText(
        _evidence.Path,
        File.ReadAllText(_evidence.Path).Replace("\"outcome\": \"roll_out\"", "\"outcome\": \"keep\"", StringComparison.Ordinal));

    private void Play(int threads, long tokens)
    {
        for (var i = 0; i < threads; i++)
        {
            var id = _mesh.Open().ThreadId;
            _mesh.Send(id, new()
            {
                MessageId = "b-1",
                From = Sample.Builder,
                Kind = MessageKind.Submission,
                Usage = new Usage { Model = "m", InputTokens = tokens, CostUsd = 0.01m },
            });
            _mesh.Send(id, new()
            {
                MessageId = "v-1",
                From = Sample.Verifier,
                Kind = MessageKind.Verdict,
                Verdict = Verdict.Pass,
                Checks = [new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "kept" }],
            });
        }
    }

    private async Task<AuthorityTable> TableAsync() => (await RunAsync("authority", "show", "--json")).Json<AuthorityTable>();

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}
