using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Core.Experiments.Statistics;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>What live threads of a rolled-out pair say of the saving for which it was rolled out.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LiveVerdict>))]
public enum LiveVerdict
{
    /// <summary>Too few threads.</summary>
    NotEnoughData,

    /// <summary>The saving may still be there.</summary>
    Holds,

    /// <summary>It is gone: the upper ends of tokens and time stay below their thresholds.</summary>
    Gone,
}

/// <summary>A thread that ended.</summary>
/// <param name="ThreadId">Its id.</param>
/// <param name="Tokens">All its tokens, from a cache or not.</param>
/// <param name="Seconds">From its creation to its end.</param>
/// <param name="Passed">Whether it ended in PASS.</param>
public sealed record LiveThread(string ThreadId, long Tokens, double Seconds, bool Passed);

/// <summary>Live threads of a pair beside the baseline of its experiment.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Pair">The pair.</param>
/// <param name="Threads">How many threads were looked at.</param>
/// <param name="Passes">How many of them passed.</param>
/// <param name="Tokens">Tokens for each passed task; null where nothing can be said.</param>
/// <param name="Time">Seconds for each task; null where nothing can be said.</param>
/// <param name="Verdict">What follows.</param>
/// <param name="Words">The same in words.</param>
public sealed record LiveComparison(
    string Experiment,
    ExperimentPair Pair,
    int Threads,
    int Passes,
    LiveSaving? Tokens,
    LiveSaving? Time,
    LiveVerdict Verdict,
    string Words)
{
    /// <summary>
    /// Compares. Threads and the experiment's tasks are drawn anew, each among themselves (two samples, as live tasks are not
    /// those of the experiment), and the rule is the experiment's: the saving is gone where both upper ends are below the
    /// thresholds.
    /// </summary>
    /// <param name="evidence">The evidence, which says roll out.</param>
    /// <param name="threads">The pair's newest threads.</param>
    public static LiveComparison Of(ExperimentEvidence evidence, IReadOnlyList<LiveThread> threads)
    {
        var (plan, decision) = (evidence.Plan, evidence.Result.Decision);
        var fewest = SignTest.FewestFor(plan.Thresholds.Confidence);
        var tokens = decision.Tokens is { } judgedTokens
            ? Compare(
                evidence,
                judgedTokens,
                [.. threads.Select(one => (double)one.Tokens)],
                [.. threads.Select(one => one.Passed)])
            : null;
        var time = decision.Time is { } judgedTime
            ? Compare(evidence, judgedTime, [.. threads.Select(one => one.Seconds)], passed: null)
            : null;
        var verdict = threads.Count < fewest ? LiveVerdict.NotEnoughData
            : tokens is { Gone: true } && time is { Gone: true } ? LiveVerdict.Gone
            : LiveVerdict.Holds;
        var facts = $"{Say("tokens for each passed task", tokens)}; {Say("time", time)}";
        return new LiveComparison(
            plan.Name,
            plan.Pair,
            threads.Count,
            threads.Count(one => one.Passed),
            tokens,
            time,
            verdict,
            verdict switch
            {
                LiveVerdict.NotEnoughData => $"{threads.Count} threads are too few: at least {fewest} are wanted.",
                LiveVerdict.Gone => $"The saving is gone: {facts}.",
                _ => $"The saving may still be there: {facts}.",
            });
    }

    /// <summary>The saving; tokens count for each pass, time for each task.</summary>
    private static LiveSaving? Compare(ExperimentEvidence evidence, JudgedSaving judged, double[] live, bool[]? passed)
    {
        var thresholds = evidence.Plan.Thresholds;
        TaskSum[] tasks =
        [
            .. ExperimentEvidence.RunsOf(evidence.Entries).Where(run => run.Arm == judged.Baseline).GroupBy(run => run.Task)
                .Select(runs => new TaskSum(
                    runs.Sum(run => passed is null ? run.WallSeconds : run.TotalTokens),
                    passed is null ? runs.Count() : runs.Count(run => run.Passed))),
        ];
        double SavingOf(int[] drawn)
        {
            var (before, beforeCount, after, afterCount) = (0.0, 0, 0.0, 0);
            foreach (var at in drawn)
            {
                if (at < tasks.Length)
                {
                    before += tasks[at].Sum;
                    beforeCount += tasks[at].Count;
                }
                else
                {
                    after += live[at - tasks.Length];
                    afterCount += passed is null || passed[at - tasks.Length] ? 1 : 0;
                }
            }

            // Where nothing passed a pass has no price: it counts as dearer than any. A baseline that took nothing cannot be
            // beaten.
            return before == 0 || afterCount == 0
                ? double.NegativeInfinity
                : 1 - (after * beforeCount / ((double)afterCount * before));
        }

        var interval = BcaBootstrap.Of(
            [tasks.Length, live.Length], SavingOf, thresholds.Confidence, thresholds.Resamples, evidence.Plan.Seed);
        var count = passed?.Count(one => one) ?? live.Length;
        return interval is null ? null : new LiveSaving(
            judged.Baseline,
            Figures.Share(tasks.Sum(one => one.Sum), tasks.Sum(one => one.Count)),
            Figures.Share(live.Sum(), count),
            Figures.Rounded(interval.Estimate),
            Figures.Rounded(interval.Lower),
            Figures.Rounded(interval.Upper),
            judged.Threshold,
            interval.Upper < judged.Threshold);
    }

    private static string Say(string of, LiveSaving? one) => one is null
        ? $"nothing can be said of {of}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{of} {Share(one.Saving)} less than {Choices<ExperimentArm>.NameOf(one.Baseline)} (interval {Share(one.Lower)} to ")
            + $"{Share(one.Upper)}, threshold {Figures.Percent(one.Threshold)})";

    private static string Share(double? share) => share is { } some ? Figures.Percent(some) : "unknown";

    private sealed record TaskSum(double Sum, int Count);
}

/// <summary>A live saving beside its threshold. An end that has no number, as where nothing passed, is null.</summary>
/// <param name="Baseline">The experiment's arm that it is compared with.</param>
/// <param name="BaselineMean">What that took.</param>
/// <param name="LiveMean">What the threads take.</param>
/// <param name="Saving">The saving, as a share of the baseline.</param>
/// <param name="Lower">The lower end of its interval.</param>
/// <param name="Upper">Its upper end.</param>
/// <param name="Threshold">What it must reach.</param>
/// <param name="Gone">Whether the upper end is below it.</param>
public sealed record LiveSaving(
    ExperimentArm Baseline,
    double? BaselineMean,
    double? LiveMean,
    double? Saving,
    double? Lower,
    double? Upper,
    double Threshold,
    bool Gone);
