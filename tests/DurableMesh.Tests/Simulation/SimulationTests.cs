using DurableMesh.Simulation;
using DurableMesh.Simulation.Commands;
using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Mutants;
using DurableMesh.TaskHub;

namespace DurableMesh.Tests.Simulation;

/// <summary>The whole engine on one thread, under faults; and that the simulation is one that can be trusted.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 2_000;

    [Fact]
    public void What_the_engine_promises_holds_for_thousands_of_seeds()
    {
        var sweep = new SeedSweep();

        sweep.Run(1, Seeds, TestContext.Current.CancellationToken);

        Assert.True(
            sweep.Failure is null,
            sweep.Failure is { } failure ? FailureReport.Of(Scenario.Of(failure.Seed), failure.Result) : string.Empty);
        Assert.Equal(Seeds, sweep.Done);
    }

    /// <summary>
    /// Seeds that have found a bug once: a storage that forgets in the middle of something, a page beside a purge, a wait without
    /// end, room that was never given back, an instance that was begun anew and then said to be gone, a segment that was begun
    /// when all before it was forgotten.
    /// </summary>
    [Theory]
    [InlineData(195)]
    [InlineData(338)]
    [InlineData(962)]
    [InlineData(1261)]
    [InlineData(4605)]
    [InlineData(6453)]
    [InlineData(13203)]
    [InlineData(27365)]
    [InlineData(27552)]
    [InlineData(62159)]
    [InlineData(64769)]
    [InlineData(91363)]
    [InlineData(100072)]
    [InlineData(102166)]
    [InlineData(115114)]
    [InlineData(345306)]
    [InlineData(511138)]
    [InlineData(514258)]
    [InlineData(525058)]
    [InlineData(639332)]
    [InlineData(753357)]
    [InlineData(782543)]
    [InlineData(831689)]
    [InlineData(842648)]
    [InlineData(7019040)]
    public void What_was_broken_once_holds(ulong seed)
    {
        RunResult result = SimulatedRun.Of(Scenario.Of(seed), traceLines: 200);

        Assert.True(
            result.Violation is null,
            result.Violation is null ? string.Empty : FailureReport.Of(Scenario.Of(seed), result));
        Assert.InRange(result.Steps, 1, 200_000);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void The_same_seed_is_the_same_run(ulong seed)
    {
        RunResult first = SimulatedRun.Of(Scenario.Of(seed));
        RunResult second = SimulatedRun.Of(Scenario.Of(seed), traceLines: 10);

        Assert.Equal((first.Hash, first.Steps, first.Facts), (second.Hash, second.Steps, second.Facts));
        Assert.NotEqual(first.Hash, SimulatedRun.Of(Scenario.Of(seed + 1)).Hash);
    }

    [Fact]
    public void A_long_run_holds_too()
    {
        RunResult result = SimulatedRun.Of(Scenario.Soak(seed: 1, hours: 1), traceLines: 200);

        Assert.True(result.Violation is null, $"{result.Violation}\n{string.Join('\n', result.Trace)}");
        Assert.True(result.SimulatedTime > TimeSpan.FromMinutes(50));
    }

    [Fact]
    public void Work_that_comes_from_another_thread_is_noticed()
    {
        var machine = new SimulatedMachine(new SeededRandom(1, 1), disorder: 0, new Trace());
        SimulatedProcess process = machine.Spawn("p");

        Thread other = new(() => process.Post(() => { }));
        other.Start();
        other.Join();

        Assert.NotNull(machine.Leak);
        Assert.False(machine.Step());
    }

    [Fact]
    public void Timers_ring_in_the_order_of_their_times_and_not_while_their_process_stands_still()
    {
        var machine = new SimulatedMachine(new SeededRandom(1, 1), disorder: 0, new Trace());
        SimulatedProcess running = machine.Spawn("running");
        SimulatedProcess paused = machine.Spawn("paused");
        var rung = new List<string>();
        running.Time.CreateTimer(_ => rung.Add("late"), null, TimeSpan.FromHours(2), Timeout.InfiniteTimeSpan);
        running.Time.CreateTimer(_ => rung.Add("early"), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        paused.Time.CreateTimer(_ => rung.Add("paused"), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        paused.IsPaused = true;

        while (machine.Step())
        {
        }

        Assert.Equal(["early", "late"], rung);
        paused.IsPaused = false;
        machine.Step();
        Assert.Equal(["early", "late", "paused"], rung);
    }

    [Fact]
    public void What_is_left_out_of_a_run_can_be_written_down_and_read_again()
    {
        var numbers = new HashSet<int> { 1, 2, 3, 7, 9, 10 };
        var omissions = new Omissions(numbers, new HashSet<int>(), new HashSet<string> { "Tear" });

        Assert.Equal(" --without-operations 1-3,7,9-10 --without-faults Tear", omissions.ToString());
        Assert.Equal(numbers, Omissions.Read("1-3,7,9-10").ToHashSet());
    }

    [Fact]
    public void A_failing_run_is_shrunk_to_what_it_fails_without()
    {
        // An engine that may hold hardly any request refuses all that this client needs in order to end what it began.
        Scenario broken = Scenario.Of(3) with { Options = new TaskHubOptions { MaximumPendingBytes = 1 }, MostSteps = 100 };
        Violation violation = SimulatedRun.Of(broken).Violation!;

        Omissions omissions = new Shrinker(broken, violation, TimeSpan.FromSeconds(20)).Shrink();

        Assert.Equal(violation.Invariant, SimulatedRun.Of(omissions.From(broken)).Violation?.Invariant);
        Assert.NotEmpty(omissions.Operations);
    }

    [Fact]
    public async Task A_wrong_command_line_is_told_how_it_is_used()
    {
        using var output = new StringWriter();

        Assert.Equal(
            2, await SimulationCommandLine.RunAsync(["run", "--seed", "x"], output, TestContext.Current.CancellationToken));
        Assert.Contains("Usage:", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mutants_have_names_of_their_own_and_change_something()
    {
        Assert.Distinct(MutantList.All.Select(mutant => mutant.Name));
        Assert.All(MutantList.All, mutant => Assert.NotEqual(mutant.Text, mutant.Replacement));
    }
}
