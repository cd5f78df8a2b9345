using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Cli.Workflows;

/// <summary>Runs of workflows as CSV.</summary>
internal static class WorkflowCsv
{
    /// <summary>Writes them.</summary>
    public static void Write(IReadOnlyList<WorkflowView> runs, Terminal terminal)
    {
        var csv = new CsvRows(
            terminal,
            "workflowId",
            "name",
            "state",
            "endState",
            "reason",
            "mcTask",
            "actor",
            "startedBy",
            "stepsDone",
            "steps",
            "costUsd",
            "costCapUsd");
        foreach (var run in runs)
        {
            csv.Add(
                run.WorkflowId,
                run.Name,
                run.State,
                run.EndState,
                run.Reason,
                run.McTask,
                run.Actor,
                run.StartedBy,
                run.StepsDone,
                run.Steps.Count,
                run.CostUsd,
                run.CostCapUsd);
        }
    }
}
