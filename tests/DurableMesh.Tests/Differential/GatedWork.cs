using System.Collections.Concurrent;
using DurableMesh.Simulation.Workload;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.Differential;

/// <summary>
/// The workload's activity: returns its key, fails the first times if it is to; and at a gate it opens that before it ends.
/// </summary>
internal sealed class GatedWork(IReadOnlyDictionary<string, Gate> gates, Func<DurableTaskClient> client)
    : TaskActivity<Work, string>
{
    private readonly ConcurrentDictionary<string, int> _runs = new();

    /// <summary>Registers the workload's orchestrator and activity.</summary>
    public static void Register(
        DurableTaskRegistry tasks, IReadOnlyDictionary<string, Gate> gates, Func<DurableTaskClient> client)
    {
        tasks.AddOrchestrator(ScriptOrchestrator.Name, () => new ScriptOrchestrator());
        tasks.AddActivity(ScriptOrchestrator.ActivityName, new GatedWork(gates, client));
    }

    /// <inheritdoc/>
    public override async Task<string> RunAsync(TaskActivityContext context, Work input)
    {
        int run = _runs.AddOrUpdate(input.Key, 1, (_, before) => before + 1);
        if (gates.TryGetValue(input.Key, out Gate? gate))
        {
            await gate.OpenAsync(input.Key, client());
        }

        return run > input.Failures ? input.Key : throw new InvalidOperationException($"Run {run} fails.");
    }
}
