using System.Globalization;
using DurableMesh.Simulation.Workload;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.Differential;

/// <summary>
/// The random orchestrations of the simulation, on Durable Task's own worker and host for tests and on our engine: each comes to
/// the same outcome on both, but for <see cref="KnownDifferences"/>.
/// </summary>
/// <remarks>
/// <c>DIFFERENTIAL_SEEDS=1-5000</c> runs more of them. Out of its reach, because the official sides differ among themselves or
/// the host for tests has no notion of it: an id that is in use already, entities, restart, histories.
/// </remarks>
public sealed class DifferentialTests
{
    private const string SeedsVariable = "DIFFERENTIAL_SEEDS";
    private const int Together = 200;

    [Fact]
    public async Task Orchestrations_come_to_the_same_outcome_on_the_official_host_and_on_ours()
    {
        (ulong first, ulong last) = Seeds();
        IEnumerable<GatedScript> scripts = KnownDifferences.All.Select(one => one.Probe).OfType<GatedScript>()
            .Concat(Enumerable.Range(0, (int)(last - first + 1)).Select(number => GatedScript.Of(first + (ulong)number)));
        var comparison = new Comparison();
        await CompareUnheedingAsync(comparison);

        // Not too many at once: one by one they would take the sum of their timers, and all at once more than their patience.
        foreach (GatedScript[] some in scripts.Chunk(Together))
        {
            var gates = some.SelectMany(script => script.Gates).ToDictionary(gate => gate.Key, gate => gate.Value);
            await CompareAsync(
                comparison,
                (tasks, client) => GatedWork.Register(tasks, gates, client),
                [.. some.Select(script => new OrchestrationStart(ScriptOrchestrator.Name, script.InstanceId, script.Script))],
                [.. some.SelectMany(script => script.Instances)]);
        }

        Assert.True(comparison.Differences.Count == 0, string.Join('\n', comparison.Differences));
        Assert.Equal(
            KnownDifferences.All.Select(known => known.Reason),
            KnownDifferences.All.Where(comparison.Known.Contains).Select(known => known.Reason));
    }

    private static (ulong First, ulong Last) Seeds()
    {
        string[] ends = (Environment.GetEnvironmentVariable(SeedsVariable) ?? "1-150").Split('-');
        return (ulong.Parse(ends[0], CultureInfo.InvariantCulture), ulong.Parse(ends[^1], CultureInfo.InvariantCulture));
    }

    private static Task CompareUnheedingAsync(Comparison comparison)
    {
        OrchestrationStart[] starts =
            [.. Unheeding.Ways.Select(way => new OrchestrationStart(Unheeding.Name, way.Replace(' ', '-'), way))];
        return CompareAsync(comparison, (tasks, _) => Unheeding.Register(tasks), starts, [.. starts.Select(start => start.Id)]);
    }

    private static async Task CompareAsync(
        Comparison comparison,
        Action<DurableTaskRegistry, Func<DurableTaskClient>> tasks,
        OrchestrationStart[] starts,
        string[] instances)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        await using Sidecar sidecar = await Sidecar.StartAsync();
        await using TaskProgram official = TaskProgram.On(sidecar, tasks);
        await using TaskProgram ours = TaskProgram.OnOurs(tasks);
        await official.RunAsync(starts, patience.Token);
        await ours.RunAsync(starts, patience.Token);
        foreach (string id in instances)
        {
            comparison.Add(await official.OutcomeAsync(id, patience.Token), await ours.OutcomeAsync(id, patience.Token));
        }
    }

    /// <summary>What was found: differences, and which of the known ones occurred.</summary>
    private sealed class Comparison
    {
        public List<string> Differences { get; } = [];

        public HashSet<KnownDifference> Known { get; } = [];

        public void Add(Outcome official, Outcome ours)
        {
            Outcome adapted = official;
            foreach (KnownDifference known in KnownDifferences.All)
            {
                Outcome without = known.AsOurs(adapted, ours);
                if (without != adapted)
                {
                    Known.Add(known);
                    adapted = without;
                }
            }

            if (adapted != ours)
            {
                Differences.Add($"official: {official}\nours:     {ours}");
            }
        }
    }
}
