using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>
/// What an experiment's runs come to. Shares are fractions of one (0.2 is 20 %); every figure that is no whole number is rounded
/// to six places, so that another machine computes the same.
/// </summary>
public sealed record ExperimentResult
{
    /// <summary>Runs that the plan wants.</summary>
    public required int Planned { get; init; }

    /// <summary>Runs that were done, crashes included.</summary>
    public required int Done { get; init; }

    /// <summary>Whether all of them were done.</summary>
    public required bool Complete { get; init; }

    /// <summary>Runs that began before one that stands earlier in the plan's order; a resumed experiment may have some.</summary>
    public required int OutOfOrder { get; init; }

    /// <summary>The arms, in the plan's order.</summary>
    public required IReadOnlyList<ArmFigures> Arms { get; init; }

    /// <summary>The arms beside one another: warm and mesh beside cold, mesh beside warm.</summary>
    public required IReadOnlyList<ArmComparison> Comparisons { get; init; }

    /// <summary>What follows.</summary>
    public required ExperimentDecision Decision { get; init; }

    /// <summary>Computes it. Any runs are an answer, none too; of two runs of one slot the first counts.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="runs">The runs so far, in any order.</param>
    public static ExperimentResult Of(ExperimentPlan plan, IReadOnlyList<ArmRun> runs) => ResultFold.Of(plan, runs);

    /// <summary>A comparison; null where there is none.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="baseline">The arm that it is compared with.</param>
    public ArmComparison? Find(ExperimentArm arm, ExperimentArm baseline) =>
        Comparisons.FirstOrDefault(one => one.Arm == arm && one.Baseline == baseline);
}

/// <summary>Mean and median over an arm's runs.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Median">The median.</param>
public sealed record Spread(double Mean, double Median);

/// <summary>An arm in numbers. Where it has no run, what is computed from runs is null.</summary>
public sealed record ArmFigures
{
    /// <summary>The arm.</summary>
    public required ExperimentArm Arm { get; init; }

    /// <summary>Its runs, crashes included.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs that crashed.</summary>
    public required int Crashes { get; init; }

    /// <summary>Runs whose tokens a tokenizer counted, not the provider.</summary>
    public required int TokenizerRuns { get; init; }

    /// <summary>Input tokens that neither came from a cache nor went into one.</summary>
    public Spread? InputUncached { get; init; }

    /// <summary>Input tokens read from a cache.</summary>
    public Spread? InputCached { get; init; }

    /// <summary>Input tokens written into a cache.</summary>
    public Spread? InputWritten { get; init; }

    /// <summary>Output tokens.</summary>
    public Spread? Output { get; init; }

    /// <summary>All tokens.</summary>
    public Spread? TotalTokens { get; init; }

    /// <summary>All tokens but those read from a cache.</summary>
    public Spread? NewTokens { get; init; }

    /// <summary>All tokens of all runs.</summary>
    public required long AllTokens { get; init; }

    /// <summary>US dollars a run; null where a run has no cost.</summary>
    public Spread? CostUsd { get; init; }

    /// <summary>US dollars of all runs; null where a run has no cost.</summary>
    public decimal? AllCostUsd { get; init; }

    /// <summary>Why there is no cost; left out where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CostMissing { get; init; }

    /// <summary>Seconds.</summary>
    public Spread? WallSeconds { get; init; }

    /// <summary>The mesh's own part of the wall-clock of those runs that measured it; null where none did.</summary>
    public double? MeshShare { get; init; }

    /// <summary>Rounds.</summary>
    public Spread? Rounds { get; init; }

    /// <summary>Retries.</summary>
    public Spread? Retries { get; init; }

    /// <summary>Runs that ended in PASS.</summary>
    public required int Passes { get; init; }

    /// <summary>Their share of all runs.</summary>
    public double? PassRate { get; init; }

    /// <summary>Passes at which the hidden check looked.</summary>
    public required int CheckedPasses { get; init; }

    /// <summary>Those of them that it found wrong.</summary>
    public required int FalsePasses { get; init; }

    /// <summary>The share of checked passes that are false; null where none was checked.</summary>
    public double? FalsePassRate { get; init; }

    /// <summary>Runs whose work the hidden check found right.</summary>
    public required int HiddenPasses { get; init; }

    /// <summary>Their share of all runs; null where the hidden check never looked.</summary>
    public double? HiddenSuccessRate { get; init; }
}

/// <summary>What is compared.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ExperimentMeasure>))]
public enum ExperimentMeasure
{
    /// <summary>All tokens, from a cache or not: what the ADR's threshold speaks of.</summary>
    Tokens,

    /// <summary>Tokens that did not come from a cache.</summary>
    NewTokens,

    /// <summary>US dollars.</summary>
    Cost,

    /// <summary>Wall-clock seconds.</summary>
    Time,
}

/// <summary>An arm beside a baseline, on the tasks that both have done.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Baseline">The baseline.</param>
/// <param name="Tasks">Tasks that both have done.</param>
/// <param name="Unpaired">Tasks of the plan that one of them has not done; they say nothing here.</param>
/// <param name="Measures">By measure.</param>
public sealed record ArmComparison(
    ExperimentArm Arm, ExperimentArm Baseline, int Tasks, int Unpaired, IReadOnlyList<MeasureComparison> Measures)
{
    /// <summary>One measure.</summary>
    /// <param name="measure">The measure.</param>
    public MeasureComparison Of(ExperimentMeasure measure) => Measures.First(one => one.Measure == measure);
}

/// <summary>
/// A paired comparison: a pair is a task, its repetitions averaged first. What cannot be computed is null, and
/// <see cref="Missing"/> says why.
/// </summary>
public sealed record MeasureComparison
{
    /// <summary>The measure.</summary>
    public required ExperimentMeasure Measure { get; init; }

    /// <summary>The baseline's mean over the tasks.</summary>
    public double? BaselineMean { get; init; }

    /// <summary>The arm's mean over the tasks.</summary>
    public double? ArmMean { get; init; }

    /// <summary>How much less the arm took in all, as a share of what the baseline took; negative where it took more.</summary>
    public double? Saving { get; init; }

    /// <summary>The lower end of the saving's BCa interval.</summary>
    public double? Lower { get; init; }

    /// <summary>Its upper end.</summary>
    public double? Upper { get; init; }

    /// <summary>Hodges and Lehmann's estimate of what a task saves, in the measure's unit.</summary>
    public double? TypicalSaving { get; init; }

    /// <summary>Tasks at which the arm took less.</summary>
    public required int Wins { get; init; }

    /// <summary>Tasks at which it took more.</summary>
    public required int Losses { get; init; }

    /// <summary>Tasks at which both took the same.</summary>
    public required int Ties { get; init; }

    /// <summary>The exact sign test, two-sided.</summary>
    public double? SignTest { get; init; }

    /// <summary>The same, corrected over the comparisons (Holm).</summary>
    public double? SignTestAdjusted { get; init; }

    /// <summary>Wilcoxon's signed-rank test, two-sided.</summary>
    public double? Wilcoxon { get; init; }

    /// <summary>The same, corrected over the comparisons (Holm).</summary>
    public double? WilcoxonAdjusted { get; init; }

    /// <summary>Why something is null; left out where nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Missing { get; init; }
}
