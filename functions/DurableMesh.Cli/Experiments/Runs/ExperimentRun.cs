using DurableMesh.Agents;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Client;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>Makes all runs of a plan that its folder does not have yet, some at once, in the plan's order.</summary>
/// <param name="mesh">Speaks for whoever has the experiment made.</param>
/// <param name="workload">The experiment and its tasks.</param>
/// <param name="folder">Where it is kept.</param>
/// <param name="start">Tells this start of it from others on the same mesh.</param>
/// <param name="terminal">Where it says how far it is.</param>
/// <param name="time">The clock.</param>
internal sealed class ExperimentRun(
    MeshClient mesh, Workload workload, ExperimentFolder folder, string start, Terminal terminal, TimeProvider time)
{
    /// <summary>Makes them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cells">Where the agents find the runs that are under way.</param>
    /// <param name="check">Runs checks.</param>
    /// <param name="parallel">How many at once.</param>
    /// <param name="cancellation">Stops it; what has ended is kept.</param>
    public async Task RunAsync(
        ExperimentPlan plan, Cells cells, ModuleCheck check, int parallel, CancellationToken cancellation)
    {
        var tasks = workload.Tasks.ToDictionary(task => task.Task.Id);
        var ended = folder.Runs.Select(run => run.Slot).ToHashSet();
        var open = plan.Order.Where(slot => !ended.Contains(slot)).ToList();
        if (ended.Count > 0 && open.Count > 0)
        {
            terminal.Pass($"mesh experiment: {ended.Count} of {plan.Order.Count} runs are there already; going on");
        }

        await CancelLeftAsync(cancellation);
        await terminal.WorkAsync(
            "experiment",
            async work =>
            {
                work.BeginWith(ended.Count);
                await Parallel.ForEachAsync(
                    open,
                    new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
                    async (slot, stop) =>
                    {
                        await MakeAsync(slot, stop);
                        work.Advance();
                    });
            },
            "runs",
            plan.Order.Count);

        async Task MakeAsync(ExperimentSlot slot, CancellationToken stop)
        {
            var cell = new Cell(workload.File.Name, start, slot, tasks[slot.Task], time);
            cells.Add(cell);
            try
            {
                var run = await new CellRun(
                    mesh, workload.File, cell, check, folder.Evidence, time).RunAsync(stop);
                folder.Append(new ArmRunEnded { At = time.GetUtcNow(), Run = run });
            }
            finally
            {
                cells.Remove(cell);
            }
        }
    }

    /// <summary>Ends what a start before this one left open: its runs are done again.</summary>
    private async Task CancelLeftAsync(CancellationToken cancellation)
    {
        var request = new CancelRequest(null, "The experiment was started again.");
        await ForEachPageAsync(["running", "held"], async filters =>
        {
            var page = await mesh.ListWorkflowsAsync(filters, cancellation);
            foreach (var left in page.Workflows.Where(run => run.Steps.Any(step => IsOurs(step.Title))))
            {
                await mesh.CancelWorkflowAsync(left.WorkflowId, request, cancellation);
            }

            return page.NextCursor;
        });
        await ForEachPageAsync(["open", "held"], async filters =>
        {
            var page = await mesh.ListThreadsAsync(filters, cancellation);
            foreach (var left in page.Threads.Where(thread => thread.Workflow is null && IsOurs(thread.Subject)))
            {
                await mesh.CancelAsync(left.ThreadId, request, cancellation);
            }

            return page.NextCursor;
        });

        bool IsOurs(string subject) =>
            Cells.NameIn(subject) is { } name && name.StartsWith($"{workload.File.Name}/", StringComparison.Ordinal);
    }

    private static async Task ForEachPageAsync(
        string[] states, Func<IEnumerable<(string Name, string? Value)>, Task<string?>> page)
    {
        foreach (var state in states)
        {
            string? cursor = null;
            do
            {
                cursor = await page([("state", state), ("limit", "200"), ("cursor", cursor)]);
            }
            while (cursor is not null);
        }
    }
}
