using DurableMesh.Core.Experiments.Statistics;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>Computes a result from the runs.</summary>
internal static class ResultFold
{
    private static readonly ExperimentMeasure[] Measures = Enum.GetValues<ExperimentMeasure>();

    private static readonly (ExperimentArm Arm, ExperimentArm Baseline)[] Pairs =
    [
        (ExperimentArm.SequentialWarm, ExperimentArm.SequentialCold),
        (ExperimentArm.Mesh, ExperimentArm.SequentialCold),
        (ExperimentArm.Mesh, ExperimentArm.SequentialWarm),
    ];

    public static ExperimentResult Of(ExperimentPlan plan, IReadOnlyList<ArmRun> runs)
    {
        var order = plan.ComputedOrder();
        var bySlot = new Dictionary<ExperimentSlot, ArmRun>();
        foreach (var run in runs)
        {
            bySlot.TryAdd(run.Slot, run);
        }

        ArmRun[] done = [.. order.Where(bySlot.ContainsKey).Select(slot => bySlot[slot])];
        ArmFigures[] arms = [.. plan.Arms.Select(arm => FiguresOf(arm, [.. done.Where(run => run.Arm == arm)]))];
        ArmComparison[] comparisons = Adjusted(
        [
            .. Pairs.Where(pair => plan.Arms.Contains(pair.Arm) && plan.Arms.Contains(pair.Baseline))
                .Select(pair => Compare(plan, done, pair)),
        ]);
        return new ExperimentResult
        {
            Planned = order.Count,
            Done = done.Length,
            Complete = order.Count > 0 && done.Length == order.Count,
            OutOfOrder = OutOfOrder(done),
            Arms = arms,
            Comparisons = comparisons,
            Decision = DecisionRule.Of(plan, arms, comparisons, done.Length, order.Count),
        };
    }

    private static int OutOfOrder(ArmRun[] done)
    {
        var (early, latest) = (0, DateTimeOffset.MinValue);
        foreach (var run in done)
        {
            early += run.StartedAt < latest ? 1 : 0;
            latest = run.StartedAt > latest ? run.StartedAt : latest;
        }

        return early;
    }

    private static ArmFigures FiguresOf(ExperimentArm arm, ArmRun[] runs)
    {
        var passes = runs.Where(run => run.Passed).ToList();
        var checkedPasses = passes.Count(run => run.HiddenCheck != HiddenCheck.NotRun);
        var falsePasses = passes.Count(run => run.HiddenCheck == HiddenCheck.Fail);
        var right = runs.Count(run => !run.Crashed && run.HiddenCheck == HiddenCheck.Pass);
        var measured = runs.Where(run => run.MeshSeconds is not null).ToList();
        var missing = CostMissing(runs);
        return new ArmFigures
        {
            Arm = arm,
            Runs = runs.Length,
            Crashes = runs.Count(run => run.Crashed),
            TokenizerRuns = runs.Count(run => run.TokensFrom == TokenSource.Tokenizer),
            InputUncached = Figures.Spread(runs.Select(run => (double)run.InputUncached)),
            InputCached = Figures.Spread(runs.Select(run => (double)run.InputCached)),
            InputWritten = Figures.Spread(runs.Select(run => (double)run.InputWritten)),
            Output = Figures.Spread(runs.Select(run => (double)run.Output)),
            TotalTokens = Figures.Spread(runs.Select(run => (double)run.TotalTokens)),
            NewTokens = Figures.Spread(runs.Select(run => (double)run.NewTokens)),
            AllTokens = runs.Sum(run => run.TotalTokens),
            CostUsd = missing is null ? Figures.Spread(runs.Select(run => (double)run.CostUsd!.Value)) : null,
            AllCostUsd = missing is null ? runs.Sum(run => run.CostUsd!.Value) : null,
            CostMissing = missing,
            WallSeconds = Figures.Spread(runs.Select(run => run.WallSeconds)),
            MeshShare = Figures.Share(measured.Sum(run => run.MeshSeconds!.Value), measured.Sum(run => run.WallSeconds)),
            Rounds = Figures.Spread(runs.Select(run => (double)run.Rounds)),
            Retries = Figures.Spread(runs.Select(run => (double)run.Retries)),
            Passes = passes.Count,
            PassRate = Figures.Share(passes.Count, runs.Length),
            CheckedPasses = checkedPasses,
            FalsePasses = falsePasses,
            FalsePassRate = Figures.Share(falsePasses, checkedPasses),
            HiddenPasses = right,
            HiddenSuccessRate = runs.All(run => run.HiddenCheck == HiddenCheck.NotRun) ? null : Figures.Share(right, runs.Length),
        };
    }

    private static string? CostMissing(ArmRun[] runs)
    {
        var without = runs.Where(run => run.CostUsd is null).ToList();
        var why = without.Select(run => run.Unpriced).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        return without.Count == 0
            ? null
            : $"{without.Count} of {runs.Length} runs have no cost"
                + (why.Count == 0 ? "." : $": no price for {string.Join(", ", why)}.");
    }

    private static ArmComparison Compare(ExperimentPlan plan, ArmRun[] done, (ExperimentArm Arm, ExperimentArm Baseline) pair)
    {
        var byTask = done.Where(run => run.Arm == pair.Arm || run.Arm == pair.Baseline).ToLookup(run => run.Task);
        var tasks = plan.Tasks.Distinct()
            .Select(task => new TaskPair(
                [.. byTask[task].Where(run => run.Arm == pair.Baseline)], [.. byTask[task].Where(run => run.Arm == pair.Arm)]))
            .ToList();
        var paired = tasks.Where(task => task.Baseline.Count > 0 && task.Arm.Count > 0).ToList();
        return new ArmComparison(
            pair.Arm,
            pair.Baseline,
            paired.Count,
            tasks.Count - paired.Count,
            [.. Measures.Select(measure => Compare(plan, measure, paired))]);
    }

    private static MeasureComparison Compare(ExperimentPlan plan, ExperimentMeasure measure, List<TaskPair> tasks)
    {
        var nothing = tasks.Count == 0
            ? "No task was done by both."
            : measure == ExperimentMeasure.Cost ? CostMissing([.. tasks.SelectMany(task => task.Baseline.Concat(task.Arm))])
            : null;
        if (nothing is not null)
        {
            return new MeasureComparison { Measure = measure, Wins = 0, Losses = 0, Ties = 0, Missing = nothing };
        }

        double[] baseline = [.. tasks.Select(task => task.Baseline.Average(run => ValueOf(run, measure)))];
        double[] arm = [.. tasks.Select(task => task.Arm.Average(run => ValueOf(run, measure)))];
        double[] saved = [.. baseline.Zip(arm, (before, after) => before - after)];
        var interval = baseline.Sum() > 0
            ? BcaBootstrap.Of(
                tasks.Count,
                drawn => SavingOf(baseline, arm, drawn),
                plan.Thresholds.Confidence,
                plan.Thresholds.Resamples,
                plan.Seed)
            : null;
        var (wins, losses) = (saved.Count(difference => difference > 0), saved.Count(difference => difference < 0));
        return new MeasureComparison
        {
            Measure = measure,
            BaselineMean = Figures.Rounded(baseline.Average()),
            ArmMean = Figures.Rounded(arm.Average()),
            Saving = baseline.Sum() > 0 ? Figures.Rounded(1 - (arm.Sum() / baseline.Sum())) : null,
            Lower = Figures.Rounded(interval?.Lower),
            Upper = Figures.Rounded(interval?.Upper),
            TypicalSaving = Figures.Rounded(WilcoxonSignedRank.HodgesLehmann(saved)),
            Wins = wins,
            Losses = losses,
            Ties = saved.Length - wins - losses,
            SignTest = Figures.Rounded(Statistics.SignTest.TwoSided(wins, losses)),
            Wilcoxon = Figures.Rounded(WilcoxonSignedRank.Of(saved).P),
            Missing = baseline.Sum() > 0
                ? tasks.Count < 2 ? "One task says nothing of the spread between tasks." : null
                : "The baseline took nothing, so that nothing can be a share of it.",
        };
    }

    /// <summary>
    /// The saving in all; where the tasks drawn took nothing, as if the arm had been infinitely worse, or the same.
    /// </summary>
    private static double SavingOf(double[] baseline, double[] arm, int[] drawn)
    {
        var (before, after) = (0.0, 0.0);
        foreach (var task in drawn)
        {
            before += baseline[task];
            after += arm[task];
        }

        return before > 0 ? 1 - (after / before) : after > 0 ? double.NegativeInfinity : 0;
    }

    private static double ValueOf(ArmRun run, ExperimentMeasure measure) => measure switch
    {
        ExperimentMeasure.Tokens => run.TotalTokens,
        ExperimentMeasure.NewTokens => run.NewTokens,
        ExperimentMeasure.Cost => (double)run.CostUsd!.Value,
        _ => run.WallSeconds,
    };

    private static ArmComparison[] Adjusted(ArmComparison[] comparisons)
    {
        foreach (var (at, measure) in Measures.Index())
        {
            MeasureComparison[] family = [.. comparisons.Select(one => one.Measures[at])];
            var signs = Adjust([.. family.Select(one => one.SignTest)]);
            var ranks = Adjust([.. family.Select(one => one.Wilcoxon)]);
            comparisons =
            [
                .. comparisons.Select((comparison, n) => comparison with
                {
                    Measures =
                    [
                        .. comparison.Measures.Select(one => one.Measure == measure
                            ? one with { SignTestAdjusted = signs[n], WilcoxonAdjusted = ranks[n] }
                            : one),
                    ],
                }),
            ];
        }

        return comparisons;
    }

    /// <summary>Corrects those that there are.</summary>
    private static double?[] Adjust(double?[] values)
    {
        var adjusted = new Queue<double>(HolmCorrection.Adjust([.. values.OfType<double>()]));
        return [.. values.Select(value => value is null ? null : Figures.Rounded(adjusted.Dequeue()))];
    }

    private sealed record TaskPair(IReadOnlyList<ArmRun> Baseline, IReadOnlyList<ArmRun> Arm);
}
