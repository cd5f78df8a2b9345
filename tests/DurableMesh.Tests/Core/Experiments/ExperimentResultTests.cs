using CsCheck;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Experiments;

public sealed class ExperimentResultTests
{
    private static readonly ExperimentArm[] ColdAndMesh = [ExperimentArm.SequentialCold, ExperimentArm.Mesh];

    [Fact]
    public void The_order_comes_from_the_seed_and_keeps_repetitions_and_blocks_together()
    {
        var plan = SampleExperiment.Plan(tasks: 5, repetitions: 3);
        Assert.Equal(plan.Order, ExperimentOrder.Of(plan.Arms, plan.Tasks, 3, 42));
        Assert.NotEqual(plan.Order, ExperimentOrder.Of(plan.Arms, plan.Tasks, 3, 43));
        Assert.Equal(45, plan.Order.Distinct().Count());
        Assert.Equal(plan.Order.Select(slot => slot.Repetition).Order(), plan.Order.Select(slot => slot.Repetition));
        Assert.All(plan.Order.Chunk(3), block => Assert.Single(block.Select(slot => slot.Task).Distinct()));
        Assert.True(plan.Order.Chunk(3).Select(block => block[0].Arm).Distinct().Count() > 1);
    }

    [Fact]
    public void A_plan_that_is_none_says_all_that_is_wrong()
    {
        var plan = SampleExperiment.Plan() with { Tasks = ["a", "b", "a"], Repetitions = 0, Arms = [] };
        Assert.Equal(
            [
                "An experiment needs an arm.", "An experiment needs a repetition.", "The task 'a' stands 2 times.",
            ],
            plan.Faults());
        Assert.Throws<ArgumentException>(() => SampleExperiment.Plan(tasks: 0));
        Assert.NotEmpty((SampleExperiment.Plan() with { Repetitions = int.MaxValue }).Faults());
    }

    [Fact]
    public void An_arm_is_summed_up_with_its_crashes()
    {
        var plan = SampleExperiment.Plan(tasks: 2, repetitions: 2, arms: ColdAndMesh);
        var runs = SampleExperiment.Runs(plan).ToArray();
        var at = Array.FindIndex(runs, run => run.Arm == ExperimentArm.Mesh);
        runs[at] = SampleExperiment.Crash(runs[at]);
        var other = Array.FindLastIndex(runs, run => run.Arm == ExperimentArm.Mesh);
        runs[other] = runs[other] with { HiddenCheck = HiddenCheck.Fail };

        var mesh = ExperimentResult.Of(plan, runs).Arms[1];

        Assert.Equal((4, 1, 3, 0.75), (mesh.Runs, mesh.Crashes, mesh.Passes, mesh.PassRate));
        Assert.Equal((3, 1, 0.333333333), (mesh.CheckedPasses, mesh.FalsePasses, mesh.FalsePassRate));
        Assert.Equal((2, 0.5), (mesh.HiddenPasses, mesh.HiddenSuccessRate));
        var own = runs.Where(run => run.Arm == ExperimentArm.Mesh).ToList();
        Assert.Equal(own.Sum(run => run.TotalTokens), mesh.AllTokens);
        Assert.Equal(own.Average(run => run.TotalTokens), mesh.TotalTokens!.Mean);
        Assert.Equal(own.Sum(run => run.CostUsd), mesh.AllCostUsd);
        Assert.Equal(0.4 / own.Sum(run => run.WallSeconds), mesh.MeshShare!.Value, 8);
    }

    [Fact]
    public void A_missing_price_is_said_and_is_not_zero()
    {
        var plan = SampleExperiment.Plan();
        var runs = SampleExperiment.Runs(plan).ToArray();
        runs[0] = runs[0] with { CostUsd = null, Unpriced = "gpt-x" };
        var result = ExperimentResult.Of(plan, runs);

        var arm = result.Arms.Single(one => one.Arm == runs[0].Arm);
        Assert.Equal(
            (null, null, "1 of 16 runs have no cost: no price for gpt-x."), (arm.CostUsd, arm.AllCostUsd, arm.CostMissing));
        var cost = result.Comparisons.First(one => one.Arm == runs[0].Arm || one.Baseline == runs[0].Arm)
            .Of(ExperimentMeasure.Cost);
        Assert.Equal((null, null, null), (cost.Saving, cost.Lower, cost.Wilcoxon));
        Assert.Equal("1 of 32 runs have no cost: no price for gpt-x.", cost.Missing);
        Assert.NotNull(result.Decision.Tokens);
    }

    [Fact]
    public void The_saving_is_a_share_of_all_that_the_baseline_took()
    {
        var plan = SampleExperiment.Plan(tasks: 8, repetitions: 2);
        var result = ExperimentResult.Of(plan, SampleExperiment.Runs(plan, share: 0.7, spread: 0));
        var time = result.Find(ExperimentArm.Mesh, ExperimentArm.SequentialWarm)!.Of(ExperimentMeasure.Time);
        Assert.Equal((0.3, 0.3, 0.3), (time.Saving, time.Lower, time.Upper));
        Assert.Equal((10, 7, 3), (time.BaselineMean, time.ArmMean, time.TypicalSaving));
        Assert.Equal((8, 0, 0), (time.Wins, time.Losses, time.Ties));
        Assert.Equal((2 / 256.0, 2 / 256.0), (time.SignTest, time.Wilcoxon));

        // Of three comparisons two differ; warm beside cold takes the same time.
        Assert.Equal((3 * 2 / 256.0, 3 * 2 / 256.0), (time.SignTestAdjusted, time.WilcoxonAdjusted));
        var warm = result.Find(ExperimentArm.SequentialWarm, ExperimentArm.SequentialCold)!.Of(ExperimentMeasure.Time);
        Assert.Equal((0, 0, 0, 8, 1, 1), (warm.Saving, warm.Lower, warm.Upper, warm.Ties, warm.SignTest, warm.Wilcoxon));
        var saved = result.Find(ExperimentArm.SequentialWarm, ExperimentArm.SequentialCold)!.Of(ExperimentMeasure.NewTokens);
        Assert.InRange(saved.Saving!.Value, 0.4, 0.5);
    }

    [Fact]
    public void A_large_saving_beside_both_baselines_rolls_out()
    {
        var decision = Decide(share: 0.6);
        Assert.Equal(DecisionOutcome.RollOut, decision.Outcome);
        Assert.True(decision.Tokens!.Lower >= 0.2);
        Assert.StartsWith("Roll the mesh out to the pair: tokens ", decision.Words, StringComparison.Ordinal);
        Assert.Contains("threshold 20 %", decision.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stronger_baseline_decides()
    {
        var plan = SampleExperiment.Plan();
        var runs = SampleExperiment.Runs(plan).Select(run => run.Arm == ExperimentArm.SequentialWarm
            ? run with { InputUncached = run.InputUncached / 2, InputCached = run.InputCached / 2, WallSeconds = 6.5 }
            : run);
        var result = ExperimentResult.Of(plan, [.. runs]);
        Assert.True(result.Find(ExperimentArm.Mesh, ExperimentArm.SequentialCold)!.Of(ExperimentMeasure.Tokens).Lower > 0.2);
        Assert.Equal(ExperimentArm.SequentialWarm, result.Decision.Tokens!.Baseline);
        Assert.Equal(DecisionOutcome.Keep, result.Decision.Outcome);
    }

    [Fact]
    public void A_small_saving_keeps_the_sequential_surface()
    {
        var decision = Decide(share: 0.95);
        Assert.Equal(DecisionOutcome.Keep, decision.Outcome);
        Assert.StartsWith("Keep the sequential surface: ", decision.Words, StringComparison.Ordinal);
        Assert.Null(decision.MoreTasks);
    }

    [Fact]
    public void An_interval_over_the_threshold_asks_for_more_tasks_as_its_width_says()
    {
        var decision = Decide(share: 0.76, spread: 0.3);
        Assert.Equal(DecisionOutcome.NotEnoughData, decision.Outcome);
        var tokens = decision.Tokens!;
        var factor = (tokens.Saving - tokens.Lower) / (tokens.Saving - 0.2);
        Assert.Equal((int)Math.Ceiling(8 * factor * factor) - 8, decision.MoreTasks);
        Assert.Contains($"{decision.MoreTasks} tasks more would decide it", decision.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saving_at_the_threshold_itself_asks_for_no_number()
    {
        var saving = Decide(share: 0.8, spread: 0.3).Tokens!.Saving;
        var plan = SampleExperiment.Plan(thresholds: new ExperimentThresholds(TokenSaving: saving, Resamples: 1000));
        var decision = ExperimentResult.Of(plan, SampleExperiment.Runs(plan, share: 0.8, spread: 0.3)).Decision;
        Assert.Equal((DecisionOutcome.NotEnoughData, null), (decision.Outcome, decision.MoreTasks));
        Assert.Contains("cannot be said", decision.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "1 task is too few")]
    [InlineData(5, "5 tasks are too few")]
    public void Few_tasks_decide_nothing(int tasks, string words)
    {
        var plan = SampleExperiment.Plan(tasks, repetitions: 20);
        var result = ExperimentResult.Of(plan, SampleExperiment.Runs(plan));
        Assert.Equal((DecisionOutcome.NotEnoughData, 6 - tasks), (result.Decision.Outcome, result.Decision.MoreTasks));
        Assert.StartsWith(words, result.Decision.Words, StringComparison.Ordinal);
        var saving = result.Comparisons[1].Of(ExperimentMeasure.Tokens);
        Assert.NotNull(saving.Saving);
        Assert.Equal(tasks == 1, saving.Lower is null);
    }

    [Fact]
    public void Nobody_decides_before_the_last_run()
    {
        var plan = SampleExperiment.Plan();
        var result = ExperimentResult.Of(plan, [.. SampleExperiment.Runs(plan).SkipLast(1)]);
        Assert.Equal((false, 47, 48), (result.Complete, result.Done, result.Planned));
        Assert.Equal(DecisionOutcome.NotEnoughData, result.Decision.Outcome);
        Assert.StartsWith("47 of 48 runs are done.", result.Decision.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mesh_that_passes_less_is_vetoed_whatever_it_saves()
    {
        var decision = Decide(run => run.Arm == ExperimentArm.Mesh && run.Task == "task-1"
            ? run with { EndState = EndState.Partial }
            : run);
        Assert.Equal(DecisionOutcome.Keep, decision.Outcome);
        Assert.Equal(["14 of 16 of its runs pass with the mesh, 16 of 16 with sequential_cold."], decision.Vetoes);
    }

    [Fact]
    public void A_mesh_whose_passes_are_false_is_vetoed()
    {
        var decision = Decide(run => run.Arm == ExperimentArm.Mesh && run.Task == "task-1"
            ? run with { HiddenCheck = HiddenCheck.Fail }
            : run);
        Assert.Equal(DecisionOutcome.Keep, decision.Outcome);
        Assert.Equal(
            [
                "14 of 16 of its runs hold before the hidden check with the mesh, 16 of 16 with sequential_cold.",
                "2 of 16 of its passes are false with the mesh, 0 of 16 with sequential_cold.",
            ],
            decision.Vetoes);
    }

    [Fact]
    public void A_mesh_that_crashes_is_a_mesh_that_passes_less()
    {
        var decision = Decide(run => run.Arm == ExperimentArm.Mesh ? SampleExperiment.Crash(run) with { CostUsd = 0 } : run);
        Assert.Equal(DecisionOutcome.Keep, decision.Outcome);
        Assert.StartsWith("0 of 16 of its runs pass", decision.Vetoes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_that_cannot_run_leaves_it_open()
    {
        var decision = Decide(run => run.Arm == ExperimentArm.SequentialWarm ? SampleExperiment.Crash(run) : run);
        Assert.Equal(DecisionOutcome.NotEnoughData, decision.Outcome);
        Assert.Equal("All 16 runs of sequential_warm crashed: there is nothing to compare the mesh with.", decision.Words);
    }

    [Fact]
    public void Without_a_warm_baseline_nothing_is_rolled_out()
    {
        var plan = SampleExperiment.Plan(arms: ColdAndMesh);
        var decision = ExperimentResult.Of(plan, SampleExperiment.Runs(plan)).Decision;
        Assert.Equal(DecisionOutcome.NotEnoughData, decision.Outcome);
        Assert.Contains("sequential_warm was not measured", decision.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_mesh_or_without_a_baseline_there_is_nothing_to_decide()
    {
        Assert.Contains(
            "no mesh arm", DecideWith(ExperimentArm.SequentialCold, ExperimentArm.SequentialWarm), StringComparison.Ordinal);
        Assert.Contains("no sequential arm", DecideWith(ExperimentArm.Mesh), StringComparison.Ordinal);

        static string DecideWith(params ExperimentArm[] arms)
        {
            var plan = SampleExperiment.Plan(arms: arms);
            return ExperimentResult.Of(plan, SampleExperiment.Runs(plan)).Decision.Words;
        }
    }

    [Fact]
    public void Runs_that_took_nothing_are_an_answer()
    {
        var decision = Decide(run => run with { InputUncached = 0, InputCached = 0, Output = 0, WallSeconds = 0 });
        Assert.Equal((DecisionOutcome.NotEnoughData, null, null), (decision.Outcome, decision.Tokens, decision.Time));
    }

    [Fact]
    public void Whatever_ran_there_is_a_result_that_does_not_depend_on_the_order_of_the_file() => Gen.Select(
        Gen.Int[1, 7],
        Gen.Int[1, 2],
        Gen.Enum<ExperimentArm>().Array[1, 3],
        Gen.Select(Gen.Int[0, 3], Gen.Long[0, 50], Gen.Bool, Gen.Enum<EndState>(), Gen.Enum<HiddenCheck>()).Array[60],
        Gen.Int).Sample(
        (tasks, repetitions, arms, outcomes, shuffle) =>
        {
            var plan = SampleExperiment.Plan(tasks, repetitions, [.. arms.Distinct()], new ExperimentThresholds(Resamples: 100));
            ArmRun[] runs = [.. plan.Order.Zip(outcomes).Where(one => one.Second.Item1 > 0).Select((one, place) =>
            {
                var (kind, tokens, crashed, end, hidden) = one.Second;
                var run = SampleExperiment.Run(plan, one.First, place) with
                {
                    InputUncached = tokens, InputCached = 0, Output = 0, EndState = end, HiddenCheck = hidden,
                };
                return crashed ? SampleExperiment.Crash(run) : kind == 3 ? run with { CostUsd = null } : run;
            })];
            var result = ExperimentResult.Of(plan, runs);
            new SplitMix64((ulong)shuffle).Shuffle<ArmRun>(runs);
            Assert.Equivalent(result, ExperimentResult.Of(plan, runs), strict: true);
            Assert.Equal(runs.Length, result.Arms.Sum(arm => arm.Runs));
            Assert.NotEqual("", result.Decision.Words);
            foreach (var measure in result.Comparisons.SelectMany(one => one.Measures).Where(one => one.Lower is not null))
            {
                Assert.True(measure.Lower <= measure.Upper);
                Assert.InRange(measure.Wilcoxon!.Value, 0, measure.WilcoxonAdjusted!.Value);
            }
        },
        iter: 100);

    private static ExperimentDecision Decide(double share, double spread = 0.1)
    {
        var plan = SampleExperiment.Plan();
        return ExperimentResult.Of(plan, SampleExperiment.Runs(plan, share, spread)).Decision;
    }

    private static ExperimentDecision Decide(Func<ArmRun, ArmRun> change)
    {
        var plan = SampleExperiment.Plan();
        return ExperimentResult.Of(plan, [.. SampleExperiment.Runs(plan).Select(change)]).Decision;
    }
}
