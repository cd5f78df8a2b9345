using DurableMesh.Simulation.Invariants;
using Microsoft.DurableTask;

namespace DurableMesh.Simulation.Workload;

/// <summary>The one activity of the simulation: takes its time, fails the first times if it is to, and returns its key.</summary>
internal sealed class WorkActivity(ReferenceHub hub, Dictionary<string, int> runs, TimeProvider time) : TaskActivity<Work, string>
{
    /// <inheritdoc/>
    public override async Task<string> RunAsync(TaskActivityContext context, Work input)
    {
        hub.Runs(context.InstanceId, input.Key);
        string call = $"{context.InstanceId}/{input.Key}";
        int run = runs[call] = runs.GetValueOrDefault(call) + 1;
        if (input.Milliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(input.Milliseconds), time);
        }

        return run > input.Failures || input.Failures == 0 ? input.Key : throw new InvalidOperationException($"Run {run} fails.");
    }
}
