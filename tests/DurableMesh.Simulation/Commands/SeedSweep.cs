using System.Diagnostics;
using DurableMesh.Simulation.Faults;

namespace DurableMesh.Simulation.Commands;

/// <summary>Runs one seed after the other on all cores, until one fails, all are done, or it is told to stop.</summary>
internal sealed class SeedSweep
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>How many seeds are done.</summary>
    public long Done { get; private set; }

    /// <summary>How much virtual time has passed in them.</summary>
    public TimeSpan SimulatedTime { get; private set; }

    /// <summary>What was injected.</summary>
    public FaultCount Faults { get; } = new();

    /// <summary>The seed that took the most steps: one that takes very many goes round in a circle.</summary>
    public (ulong Seed, long Steps) Longest { get; private set; }

    /// <summary>The smallest seed that failed, and what it came to.</summary>
    public (ulong Seed, RunResult Result)? Failure { get; private set; }

    /// <summary>Runs seeds.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="stop">Stops.</param>
    public void Run(ulong first, long count, CancellationToken stop)
    {
        long taken = 0;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (Failure is null
                && !stop.IsCancellationRequested
                && Interlocked.Increment(ref taken) is var number
                && number <= count)
            {
                ulong seed = first + (ulong)(number - 1);
                RunResult result = SimulatedRun.Of(Scenario.Of(seed));
                lock (_gate)
                {
                    Done++;
                    SimulatedTime += result.SimulatedTime;
                    Faults.Add(result.Faults);
                    Longest = result.Steps > Longest.Steps ? (seed, result.Steps) : Longest;
                    if (result.Violation is not null && !(Failure?.Seed < seed))
                    {
                        Failure = (seed, result);
                    }
                }
            }
        });
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_gate)
        {
            return $"{Done:N0} seeds in {_watch.Elapsed.TotalSeconds:N0} s, {SimulatedTime.TotalHours:N1} h simulated, "
                + $"{(Failure is null ? "no violation" : $"VIOLATION at seed {Failure?.Seed}")}; "
                + $"longest: seed {Longest.Seed} with {Longest.Steps:N0} steps; faults: {Faults}";
        }
    }
}
