using System.Globalization;
using DurableMesh.Core.Experiments.Statistics;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>
/// Decides an experiment (ADR-027: roll out at 20 % fewer tokens or 30 % less time, at no worse verdict). The saving must hold
/// beside each baseline that was measured, so beside the stronger one: context that is kept warm saves without any mesh, and only
/// what the mesh saves beyond that is its own. Who must beat both needs no correction for having two chances.
/// </summary>
internal static class DecisionRule
{
    public static ExperimentDecision Of(
        ExperimentPlan plan, IReadOnlyList<ArmFigures> arms, IReadOnlyList<ArmComparison> comparisons, int done, int planned)
    {
        var mesh = arms.FirstOrDefault(arm => arm.Arm == ExperimentArm.Mesh);
        ArmFigures[] baselines = [.. arms.Where(arm => arm.Arm != ExperimentArm.Mesh)];
        if (mesh is null || baselines.Length == 0)
        {
            return Undecided(
                mesh is null ? "The plan has no mesh arm." : "The plan has no sequential arm to compare the mesh with.");
        }

        ArmComparison[] besides = [.. comparisons.Where(one => one.Arm == ExperimentArm.Mesh)];
        var decision = new ExperimentDecision
        {
            Outcome = DecisionOutcome.NotEnoughData,
            Words = "",
            Tokens = Judge(besides, ExperimentMeasure.Tokens, plan.Thresholds.TokenSaving),
            Time = Judge(besides, ExperimentMeasure.Time, plan.Thresholds.TimeSaving),
        };
        if (done < planned)
        {
            return decision with
            {
                Words = $"{done} of {planned} runs are done. It is decided after the last one: "
                    + "whoever looks earlier chooses when.",
            };
        }

        ArmFigures[] ran = [.. baselines.Where(arm => arm.Crashes < arm.Runs)];
        string[] vetoes = [.. Vetoes(mesh, ran)];
        if (vetoes.Length > 0)
        {
            return decision with
            {
                Outcome = DecisionOutcome.Keep,
                Vetoes = vetoes,
                Words = $"Keep the sequential surface, whatever is saved: {string.Join(' ', vetoes)}",
            };
        }

        if (baselines.Except(ran).FirstOrDefault() is { } broken)
        {
            return decision with
            {
                Words = $"All {broken.Runs} runs of {Name(broken.Arm)} crashed: there is nothing to compare the mesh with.",
            };
        }

        var tasks = besides.Min(one => one.Tasks);
        var fewest = SignTest.FewestFor(plan.Thresholds.Confidence);
        return tasks < fewest
            ? decision with
            {
                MoreTasks = fewest - tasks,
                Words = $"{Tasks(tasks)} {(tasks == 1 ? "is" : "are")} too few: below {fewest} no test could tell a saving from "
                    + $"chance at {Figures.Percent(plan.Thresholds.Confidence)}, however large it is.",
            }
            : ByIntervals(plan, decision, tasks, baselines.Any(arm => arm.Arm == ExperimentArm.SequentialWarm));
    }

    private static ExperimentDecision ByIntervals(
        ExperimentPlan plan, ExperimentDecision decision, int tasks, bool isWarmMeasured)
    {
        (string Of, JudgedSaving? Saving)[] savings = [("tokens", decision.Tokens), ("time", decision.Time)];
        var facts = string.Join("; ", savings.Select(one => Say(one.Of, one.Saving, plan.Thresholds.Confidence)));
        var proven = savings.Where(one => one.Saving is { } saving && saving.Lower >= saving.Threshold).ToList();
        if (proven.Count > 0 && isWarmMeasured)
        {
            return decision with
            {
                Outcome = DecisionOutcome.RollOut,
                Words = $"Roll the mesh out to the pair: {facts}. "
                    + $"The lower end of {string.Join(" and of ", proven.Select(one => one.Of))} reaches the threshold, "
                    + "and neither verdicts nor hidden checks are worse.",
            };
        }

        if (savings.All(one => one.Saving is { } saving && saving.Upper < saving.Threshold))
        {
            return decision with
            {
                Outcome = DecisionOutcome.Keep,
                Words = $"Keep the sequential surface: {facts}. The upper ends of both stay below their thresholds.",
            };
        }

        if (proven.Count > 0)
        {
            return decision with
            {
                Words = $"Not enough data: {facts}. But sequential_warm was not measured: a warm prompt cache alone may save as "
                    + "much. Add that arm.",
            };
        }

        var more = MoreTasks(decision.Tokens, decision.Time, tasks);
        return decision with
        {
            MoreTasks = more,
            Words = $"Not enough data: {facts}. The intervals neither reach a threshold nor exclude both. "
                + (more is { } some
                    ? $"If the figures stay as they are, {Tasks(some)} more would decide it."
                    : "How many more tasks would decide it cannot be said."),
        };
    }

    /// <summary>The saving beside the baseline at which its lower end is least; null where one of them has no interval.</summary>
    private static JudgedSaving? Judge(ArmComparison[] besides, ExperimentMeasure measure, double threshold)
    {
        var judged = besides.Select(one => (one.Baseline, Of: one.Of(measure)))
            .Select(one => one.Of is { Saving: { } saving, Lower: { } lower, Upper: { } upper }
                ? new JudgedSaving(one.Baseline, saving, lower, upper, threshold)
                : null)
            .ToList();
        return judged.Contains(null) ? null : judged.MinBy(one => one!.Lower);
    }

    private static IEnumerable<string> Vetoes(ArmFigures mesh, ArmFigures[] baselines)
    {
        (string Of, Func<ArmFigures, (int Part, int Whole)> Count, bool MoreIsWorse)[] rates =
        [
            ("of its runs pass", arm => (arm.Passes, arm.Runs), false),
            (
                "of its runs hold before the hidden check",
                arm => (arm.HiddenPasses, arm.HiddenSuccessRate is null ? 0 : arm.Runs),
                false),
            ("of its passes are false", arm => (arm.FalsePasses, arm.CheckedPasses), true),
        ];
        foreach (var (of, count, moreIsWorse) in rates)
        {
            var own = count(mesh);
            var worse = baselines.Select(arm => (arm.Arm, Count: count(arm)))
                .Where(one => own.Whole > 0 && one.Count.Whole > 0)
                .Where(one => moreIsWorse ? IsMore(own, one.Count) : IsMore(one.Count, own))
                .ToList();
            if (worse.Count > 0)
            {
                var best = worse.OrderBy(one => (moreIsWorse ? 1.0 : -1.0) * one.Count.Part / one.Count.Whole).First();
                yield return $"{own.Part} of {own.Whole} {of} with the mesh, "
                    + $"{best.Count.Part} of {best.Count.Whole} with {Name(best.Arm)}.";
            }
        }
    }

    private static bool IsMore((int Part, int Whole) one, (int Part, int Whole) other) =>
        (long)one.Part * other.Whole > (long)other.Part * one.Whole;

    /// <summary>
    /// An interval's half narrows with the root of the tasks, so it would end at the threshold after so many times the tasks.
    /// More than an experiment can have are not asked for: then the true saving may as well be the threshold.
    /// </summary>
    private static int? MoreTasks(JudgedSaving? tokens, JudgedSaving? time, int tasks)
    {
        if (tokens is null || time is null)
        {
            return null;
        }

        JudgedSaving[] both = [tokens, time];
        var reach = both.Where(one => one.Saving > one.Threshold)
            .Select(one => (one.Saving - one.Lower) / (one.Saving - one.Threshold)).ToList();
        var factor = reach.Count > 0 ? reach.Min()
            : both.All(one => one.Saving < one.Threshold)
                ? both.Max(one => (one.Upper - one.Saving) / (one.Threshold - one.Saving))
            : double.NaN;
        var more = Math.Ceiling(tasks * factor * factor) - tasks;
        return more <= ExperimentPlan.MaxTasks ? (int)Math.Max(1, more) : null;
    }

    private static ExperimentDecision Undecided(string words) =>
        new() { Outcome = DecisionOutcome.NotEnoughData, Words = words };

    private static string Say(string of, JudgedSaving? one, double confidence) => one is null
        ? $"nothing can be said of {of}"
        : $"{of} {Figures.Percent(one.Saving)} less than {Name(one.Baseline)} ({Figures.Percent(confidence)} interval "
            + $"{Figures.Percent(one.Lower)} to {Figures.Percent(one.Upper)}, threshold {Figures.Percent(one.Threshold)})";

    private static string Tasks(int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "task" : "tasks")}");

    private static string Name(ExperimentArm arm) => Choices<ExperimentArm>.NameOf(arm);
}
