using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Experiments;

/// <summary>Experiments whose outcome a test chooses.</summary>
internal static class SampleExperiment
{
    public static readonly DateTimeOffset Start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    public static ExperimentPlan Plan(
        int tasks = 8, int repetitions = 2, IReadOnlyList<ExperimentArm>? arms = null, ExperimentThresholds? thresholds = null) =>
        ExperimentPlan.Create(
            "csv-fixes",
            new ExperimentWorkload("csv", new string('a', 64)),
            new ExperimentPair("codecraft-builder", "proveo-verifier", Pattern.BuilderVerifier),
            arms ?? Enum.GetValues<ExperimentArm>(),
            [.. Enumerable.Range(1, tasks).Select(number => $"task-{number}")],
            repetitions,
            seed: 42,
            ["scripted"],
            thresholds ?? new ExperimentThresholds(Resamples: 1000));

    /// <summary>
    /// The plan's runs, all of them PASS and right: cold and warm alike but for the cache, the mesh at a share of them that
    /// varies from task to task.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="share">The mesh's tokens and time as a share of the baselines', about.</param>
    /// <param name="spread">By how much that share differs between tasks, up and down.</param>
    public static IReadOnlyList<ArmRun> Runs(ExperimentPlan plan, double share = 0.6, double spread = 0.1) =>
        [.. plan.Order.Select((slot, place) => Run(plan, slot, place, share, spread))];

    public static ArmRun Run(ExperimentPlan plan, ExperimentSlot slot, int place, double share = 0.6, double spread = 0.1)
    {
        var number = plan.Tasks.ToList().IndexOf(slot.Task);
        var deviation = plan.Tasks.Count == 1 ? 0 : spread * ((2.0 * number / (plan.Tasks.Count - 1)) - 1);
        var scale = slot.Arm == ExperimentArm.Mesh ? share + deviation : 1;
        var input = (long)((10_000 + (500 * number) + (20 * slot.Repetition)) * scale);
        var cached = slot.Arm == ExperimentArm.SequentialCold ? 0 : input / 2;
        return new ArmRun
        {
            Task = slot.Task,
            Arm = slot.Arm,
            Repetition = slot.Repetition,
            StartedAt = Start.AddMinutes(place),
            Crashed = false,
            InputUncached = input - cached,
            InputCached = cached,
            InputWritten = 0,
            Output = (long)(1_000 * scale),
            TokensFrom = TokenSource.Provider,
            CostUsd = (input - cached) * 0.000003m,
            WallSeconds = 10 * scale,
            MeshSeconds = slot.Arm == ExperimentArm.Mesh ? 0.1 : null,
            Rounds = 2,
            Retries = slot.Arm == ExperimentArm.Mesh ? 0 : 1,
            EndState = EndState.Pass,
            Reason = "verified",
            HiddenCheck = HiddenCheck.Pass,
        };
    }

    public static ArmRun Crash(ArmRun run) => run with
    {
        Crashed = true,
        Failure = "killed",
        EndState = null,
        Reason = null,
        HiddenCheck = HiddenCheck.NotRun,
    };

    public static ExperimentEvidence Evidence(ExperimentPlan plan, IReadOnlyList<ArmRun> runs) =>
        ExperimentEvidence.Of(Chain(
        [
            new ExperimentOpened { At = Start, Plan = plan },
            .. runs.Select(run => new ArmRunEnded { At = run.StartedAt.AddSeconds(run.WallSeconds), Run = run }),
        ]));

    public static List<ExperimentEntry> Chain(IEnumerable<ExperimentEvent> events)
    {
        var entries = new List<ExperimentEntry>();
        foreach (var one in events)
        {
            entries.Add(ExperimentEntry.Link(entries.LastOrDefault(), one));
        }

        return entries;
    }

    /// <summary>The evidence of an experiment that says roll out.</summary>
    public static ExperimentEvidence RollOut()
    {
        var plan = Plan();
        return Evidence(plan, Runs(plan));
    }
}
