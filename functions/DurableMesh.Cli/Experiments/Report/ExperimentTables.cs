using System.Globalization;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Cli.Experiments.Report;

/// <summary>A table of words.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">Their names; the first is of words, the others of numbers.</param>
/// <param name="Rows">A cell for each column.</param>
internal sealed record WordTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>An experiment's figures as tables, the same on every page.</summary>
internal static class ExperimentTables
{
    /// <summary>What is not known.</summary>
    public const string Unknown = "–";

    /// <summary>The savings with their intervals: what the decision is made of.</summary>
    public static WordTable Savings(ExperimentPlan plan, ExperimentResult result) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Savings, paired by task, with {plan.Thresholds.Confidence:P0} intervals "
            + $"(BCa, {plan.Thresholds.Resamples:N0} resamples)"),
        ["arm", "beside", "measure", "beside it", "the arm", "saving", "interval", "fewer/more/same", "sign test", "Wilcoxon"],
        [
            .. result.Comparisons.SelectMany(comparison => comparison.Measures.Select(measure => (IReadOnlyList<string>)
            [
                ExperimentWords.Of(comparison.Arm),
                ExperimentWords.Of(comparison.Baseline),
                ExperimentWords.Of(measure.Measure),
                Amount(measure.Measure, measure.BaselineMean),
                Amount(measure.Measure, measure.ArmMean),
                Share(measure.Saving),
                measure is { Lower: { } lower, Upper: { } upper }
                    ? $"{Share(lower)} to {Share(upper)}"
                    : measure.Missing ?? Unknown,
                string.Create(CultureInfo.InvariantCulture, $"{measure.Wins}/{measure.Losses}/{measure.Ties}"),
                Probability(measure.SignTestAdjusted),
                Probability(measure.WilcoxonAdjusted),
            ])),
        ]);

    /// <summary>The arms, a mean run of each.</summary>
    public static WordTable Arms(ExperimentResult result) => new(
        "The arms: a mean run of each",
        [
            "arm", "runs", "crashed", "uncached", "written", "cached", "output", "US$", "seconds", "of the mesh", "rounds", "retries",
        ],
        [
            .. result.Arms.Select(arm => (IReadOnlyList<string>)
            [
                ExperimentWords.Of(arm.Arm),
                Whole(arm.Runs),
                Whole(arm.Crashes),
                Whole(arm.InputUncached?.Mean),
                Whole(arm.InputWritten?.Mean),
                Whole(arm.InputCached?.Mean),
                Whole(arm.Output?.Mean),
                arm.CostUsd is { } cost ? Amount(ExperimentMeasure.Cost, cost.Mean) : arm.CostMissing ?? Unknown,
                Amount(ExperimentMeasure.Time, arm.WallSeconds?.Mean),
                Share(arm.MeshShare),
                Digits(arm.Rounds?.Mean, 2),
                Digits(arm.Retries?.Mean, 2),
            ]),
        ]);

    /// <summary>How good the work was.</summary>
    public static WordTable Verdicts(ExperimentResult result) => new(
        "Verdicts beside a check that no agent sees",
        ["arm", "PASS", "of all runs", "false PASS", "of checked PASS", "right by the hidden check"],
        [
            .. result.Arms.Select(arm => (IReadOnlyList<string>)
            [
                ExperimentWords.Of(arm.Arm),
                Whole(arm.Passes),
                Share(arm.PassRate),
                Whole(arm.FalsePasses),
                Share(arm.FalsePassRate),
                Share(arm.HiddenSuccessRate),
            ]),
        ]);

    /// <summary>The tasks: a mean run of each arm.</summary>
    public static WordTable Tasks(ExperimentPlan plan, IReadOnlyList<ArmRun> runs) => new(
        "The tasks: tokens not from a cache / seconds, a mean run of each arm",
        ["task", "rounds", .. plan.Arms.Select(ExperimentWords.Of)],
        [
            .. plan.Tasks.Select(task =>
            {
                var own = runs.Where(run => run.Task == task).ToList();
                return (IReadOnlyList<string>)
                [
                    task,
                    own.Count == 0 ? Unknown : Digits(own.Average(run => run.Rounds), 1),
                    .. plan.Arms.Select(arm => own.Where(run => run.Arm == arm).ToList() is { Count: > 0 } some
                        ? $"{Whole(some.Average(run => run.NewTokens))} / {Digits(some.Average(run => run.WallSeconds), 1)}"
                        : Unknown),
                ];
            }),
        ]);

    /// <summary>What a reader has to know of the figures.</summary>
    public static IEnumerable<string> Remarks(ExperimentPlan plan, ExperimentResult result, IReadOnlyList<ArmRun> runs)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Pair.Initiator} and {plan.Pair.Responder}, {plan.Tasks.Count} tasks, {plan.Repetitions} repetitions in "
            + $"{plan.Arms.Count} arms: {result.Done} of {result.Planned} runs. Seed {plan.Seed}. "
            + $"Model: {string.Join(", ", plan.Models.DefaultIfEmpty("none"))}.");
        if (runs.Count(run => run.TokensFrom == TokenSource.Tokenizer) is > 0 and var counted)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The tokens of {counted} runs were counted by o200k_base here: the provider said none, and what it cached is "
                + $"unknown.");
        }

        var crashes = runs.Where(run => run.Crashed).GroupBy(run => run.Failure);
        foreach (var group in crashes.OrderByDescending(group => group.Count()))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{group.Count()} crashed: {group.Key}");
        }

        if (plan.Tasks.Count == 1 || plan.Repetitions == 1)
        {
            yield return plan.Tasks.Count == 1
                ? "One task says nothing about others."
                : "With one repetition a run's luck is not told from its arm.";
        }
    }

    private static string Amount(ExperimentMeasure measure, double? amount) => measure switch
    {
        ExperimentMeasure.Cost => Digits(amount, 4),
        ExperimentMeasure.Time => Digits(amount, 2),
        _ => Whole(amount),
    };

    private static string Whole(double? number) => Digits(number, 0);

    private static string Digits(double? number, int digits) =>
        number?.ToString($"N{digits}", CultureInfo.InvariantCulture) ?? Unknown;

    private static string Share(double? share) => share is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:0.0} %")
        : Unknown;

    private static string Probability(double? p) => p switch
    {
        null => Unknown,
        < 0.0001 => "< 0.0001",
        { } known => known.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
