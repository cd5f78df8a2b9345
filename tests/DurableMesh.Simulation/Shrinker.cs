using System.Diagnostics;
using DurableMesh.Simulation.Faults;
using DurableMesh.Simulation.Invariants;

namespace DurableMesh.Simulation;

/// <summary>Leaves out of a failing scenario whatever it fails without, so that a person can read what is left.</summary>
internal sealed class Shrinker(Scenario scenario, Violation violation, TimeSpan patience)
{
    private readonly Stopwatch _spent = Stopwatch.StartNew();

    /// <summary>The most that can be left out, as far as was found in the time given.</summary>
    public Omissions Shrink()
    {
        Omissions best = Omissions.None;
        foreach (string fault in StorageMood.Faults)
        {
            Try(ref best, best with { Faults = new HashSet<string>([.. best.Faults, fault]) });
        }

        int[] disturbances = [.. scenario.Disturbances.Select(one => one.Number)];
        int[] operations = [.. scenario.Operations.Select(one => one.Number)];
        int before;
        do
        {
            before = best.Operations.Count + best.Disturbances.Count;
            LeaveOut(ref best, disturbances, (all, some) => all with { Disturbances = Union(all.Disturbances, some) });
            LeaveOut(ref best, operations, (all, some) => all with { Operations = Union(all.Operations, some) });
        }
        while (best.Operations.Count + best.Disturbances.Count > before && _spent.Elapsed < patience);

        return best;
    }

    /// <summary>Large pieces first, then smaller ones, down to single numbers.</summary>
    private void LeaveOut(ref Omissions best, int[] numbers, Func<Omissions, IEnumerable<int>, Omissions> leaveOut)
    {
        for (int size = numbers.Length; size > 0; size /= 2)
        {
            foreach (int[] piece in numbers.Chunk(size))
            {
                Try(ref best, leaveOut(best, piece));
            }
        }
    }

    private void Try(ref Omissions best, Omissions candidate)
    {
        if (_spent.Elapsed < patience && SimulatedRun.Of(candidate.From(scenario)).Violation?.Invariant == violation.Invariant)
        {
            best = candidate;
        }
    }

    private static HashSet<int> Union(IReadOnlySet<int> some, IEnumerable<int> more) => [.. some, .. more];
}
