using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Evidence;

namespace DurableMesh.Tests.Core.Experiments;

/// <summary>The evidence of an experiment, and what the check says of it when something is changed.</summary>
public sealed class ExperimentEvidenceTests
{
    private static readonly ExperimentPlan Plan = SampleExperiment.Plan(tasks: 6, repetitions: 1);
    private static readonly ExperimentEvidence Evidence = SampleExperiment.Evidence(Plan, SampleExperiment.Runs(Plan));

    private static readonly byte[] File = Evidence.ToUtf8();

    [Fact]
    public void It_holds()
    {
        var report = ExperimentEvidenceVerifier.Verify(File, Evidence.Chain.Head);
        Assert.Empty(report.Findings);
        Assert.Equal(("csv-fixes", true, 18, Evidence.Chain.Head), (report.Name, report.Final, report.Runs, report.Head));
        Assert.Equal(Evidence.Result.Decision.Outcome, report.Outcome);
        Assert.True(ExperimentEvidenceVerifier.IsExperiment(File));
        Assert.Equivalent(Evidence.Result, ExperimentEvidenceVerifier.Read(File).Result, strict: true);
    }

    [Fact]
    public void It_holds_while_it_runs_and_with_a_seed_that_no_double_has()
    {
        var plan = Plan with { Seed = ulong.MaxValue };
        plan = plan with { Order = plan.ComputedOrder() };
        var file = SampleExperiment.Evidence(plan, [.. SampleExperiment.Runs(plan).Take(4)]).ToUtf8();
        var report = ExperimentEvidenceVerifier.Verify(file);
        Assert.Empty(report.Findings);
        Assert.Equal((false, 4), (report.Final, report.Runs));
        Assert.Contains("\"seed\": \"18446744073709551615\"", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_that_was_kept_elsewhere_counts() => AssertFault(
        EvidenceFault.HeadMismatch, "chain.head", ExperimentEvidenceVerifier.Verify(File, ContentHash.Genesis));

    [Theory]
    [InlineData("result.arms[0].totalTokens.mean", 1)]
    [InlineData("result.arms[2].passRate", 0.5)]
    [InlineData("result.comparisons[1].measures[0].lower", 0.9)]
    [InlineData("result.comparisons[1].measures[3].wilcoxonAdjusted", 0.001)]
    [InlineData("result.decision.outcome", "keep")]
    [InlineData("result.decision.words", "Trust me.")]
    [InlineData("workload.sha256", "b")]
    public void A_figure_that_was_changed_is_named(string path, object value)
    {
        var report = Check(root => Set(root, path, JsonValue.Create(value)!));
        var finding = Assert.Single(report.Findings);
        Assert.Equal((EvidenceFault.SummaryMismatch, path), (finding.Fault, finding.Path));
    }

    [Fact]
    public void A_run_that_was_changed_breaks_its_hash_and_the_figures_that_it_makes()
    {
        var report = Check(root => Set(root, "entries[3].event.run.inputUncached", JsonValue.Create(1)));
        AssertFault(EvidenceFault.HashMismatch, "hash", report);
        Assert.Contains(report.Findings, finding => finding.Path.StartsWith("result.arms", StringComparison.Ordinal));
    }

    [Fact]
    public void A_forger_who_hashes_anew_changes_the_head_that_was_kept()
    {
        var runs = SampleExperiment.Runs(Plan).ToArray();
        runs[2] = runs[2] with { Output = 1 };
        var report = ExperimentEvidenceVerifier.Verify(SampleExperiment.Evidence(Plan, runs).ToUtf8(), Evidence.Chain.Head);
        AssertFault(EvidenceFault.HeadMismatch, "chain.head", report);
    }

    [Fact]
    public void An_order_that_somebody_chose_is_found()
    {
        var chosen = Plan with { Order = [.. Plan.Order.Reverse()] };
        AssertFault(EvidenceFault.RuleBroken, "event.plan.order[0]", Verify(chosen, SampleExperiment.Runs(Plan)));
    }

    [Fact]
    public void A_run_that_is_doubled_foreign_or_senseless_is_found()
    {
        var runs = SampleExperiment.Runs(Plan);
        AssertFault(EvidenceFault.RuleBroken, "event.run", Verify(Plan, [.. runs, runs[0]]));
        AssertFault(EvidenceFault.RuleBroken, "event.run", Verify(Plan, [runs[0] with { Task = "other" }]));
        AssertFault(EvidenceFault.RuleBroken, "event.run.output", Verify(Plan, [runs[0] with { Output = -1 }]));
        AssertFault(EvidenceFault.RuleBroken, "event.run.endState", Verify(Plan, [runs[0] with { Crashed = true }]));
        AssertFault(
            EvidenceFault.RuleBroken,
            "event.run.meshSeconds",
            Verify(Plan, [runs[0] with { MeshSeconds = runs[0].WallSeconds + 1 }]));
    }

    [Fact]
    public void A_crash_that_was_dropped_leaves_the_experiment_undecided()
    {
        var report = Verify(Plan, [.. SampleExperiment.Runs(Plan).Skip(1)]);
        Assert.Empty(report.Findings);
        Assert.Equal((false, DecisionOutcome.NotEnoughData), (report.Final, report.Outcome));
    }

    [Fact]
    public void A_plan_that_would_take_for_ever_is_refused()
    {
        var endless = Plan with { Repetitions = int.MaxValue };
        var report = Check(root => Set(root, "entries[0].event.plan.repetitions", JsonValue.Create(endless.Repetitions)));
        AssertFault(EvidenceFault.RuleBroken, "event.plan", report);
        Assert.Null(report.Outcome);
    }

    [Fact]
    public void The_evidence_of_a_runs_thread_is_checked_with_it()
    {
        var thread = EvidenceSample.File.ToUtf8();
        var head = EvidenceVerifier.Verify(thread).Head;
        var runs = SampleExperiment.Runs(Plan).ToArray();
        runs[0] = runs[0] with { EvidenceId = "t-1", Head = head };
        runs[1] = runs[1] with { EvidenceId = "t-2", Head = head };

        var report = Verify(Plan, runs, id => id == "t-1" ? (ReadOnlyMemory<byte>?)thread : null);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 1), (report.Heads, report.HeadsChecked));

        var other = runs.ToArray();
        other[0] = other[0] with { Head = ContentHash.Genesis };
        AssertFault(EvidenceFault.HeadMismatch, "t-1: chain.head", Verify(Plan, other, _ => thread));
        other[0] = runs[0] with { EndState = EndState.Partial };
        AssertFault(EvidenceFault.ThreadMismatch, "event.run.endState", Verify(Plan, other, _ => thread));
        var dispatch = Encoding.UTF8.GetBytes($$$"""{"format":"another/1","chain":{"head":"{{{ContentHash.Genesis}}}"}}""");
        AssertFault(EvidenceFault.HeadMismatch, "event.run.head", Verify(Plan, runs, _ => dispatch));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"format":"durablemesh-experiment-evidence/1"}""")]
    [InlineData("""{"format":"durablemesh-experiment-evidence/1","entries":[]}""")]
    [InlineData("""{"format":"durablemesh-experiment-evidence/1","entries":[1]}""")]
    [InlineData("""{"format":"durablemesh-experiment-evidence/1","entries":[{"ordinal":0}]}""")]
    public void What_is_no_evidence_is_said(string text) =>
        AssertFault(EvidenceFault.NoEvidence, "$", ExperimentEvidenceVerifier.Verify(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_field_that_the_format_does_not_know_is_found() => AssertFault(
        EvidenceFault.UnreadableEntry,
        "event.run.extra",
        Check(root => root["entries"]![2]!["event"]!["run"]!["extra"] = true));

    private static ExperimentReport Verify(
        ExperimentPlan plan, IReadOnlyList<ArmRun> runs, Func<string, ReadOnlyMemory<byte>?>? files = null) =>
        ExperimentEvidenceVerifier.Verify(SampleExperiment.Evidence(plan, runs).ToUtf8(), files: files);

    private static ExperimentReport Check(Action<JsonNode> change)
    {
        var root = JsonNode.Parse(File)!;
        change(root);
        return ExperimentEvidenceVerifier.Verify(Encoding.UTF8.GetBytes(root.ToJsonString()));
    }

    private static void Set(JsonNode root, string path, JsonNode value)
    {
        var steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var at = steps[..^1].Aggregate(root, (node, step) => step is ['[', .. var index, ']']
            ? node[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)]!
            : node[step]!);
        Assert.NotNull(at[steps[^1]]);
        at[steps[^1]] = value;
    }

    private static void AssertFault(EvidenceFault fault, string path, ExperimentReport report) =>
        Assert.Contains(report.Findings, finding => finding.Fault == fault && finding.Path == path);
}
