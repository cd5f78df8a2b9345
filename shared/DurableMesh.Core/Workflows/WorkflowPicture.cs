using System.Text;

namespace DurableMesh.Core.Workflows;

/// <summary>The steps of a workflow as a Mermaid flowchart.</summary>
public static class WorkflowPicture
{
    /// <summary>Draws steps that have not begun.</summary>
    /// <param name="steps">The steps.</param>
    public static string Of(IReadOnlyList<PlannedStep> steps) => Of([.. steps.Select(step => new StepRun { Plan = step })]);

    /// <summary>Draws the steps of a run, each in the colour of where it is.</summary>
    /// <param name="steps">The steps.</param>
    public static string Of(IReadOnlyList<StepRun> steps)
    {
        var picture = new StringBuilder("flowchart LR\n");
        var names = steps.Index().ToDictionary(one => one.Item.Plan.Id, one => $"s{one.Index + 1}");
        foreach (var step in steps)
        {
            var (plan, name) = (step.Plan, names[step.Plan.Id]);
            picture.Append(
                $"    {name}[\"{Plain(plan.Company)}: {Plain(plan.Title)}<br/>{Plain(plan.Initiator)} → {Plain(plan.Responder)}"
                + $"<br/>{Words(step)}\"]:::{step.Phase.ToString().ToLowerInvariant()}\n");
        }

        foreach (var step in steps)
        {
            foreach (var before in step.Plan.After.Where(names.ContainsKey))
            {
                var handsOn = steps.First(one => one.Plan.Id == before).Plan.HandsOn;
                picture.Append($"    {names[before]} {(handsOn ? "== hands on ==>" : "-->")} {names[step.Plan.Id]}\n");
            }
        }

        return picture.Append(
            """
                classDef waiting fill:#eee,stroke:#999,color:#333
                classDef running fill:#cfe2ff,stroke:#084298,color:#084298
                classDef held fill:#fff3cd,stroke:#664d03,color:#664d03
                classDef done fill:#d1e7dd,stroke:#0f5132,color:#0f5132
                classDef failed fill:#f8d7da,stroke:#842029,color:#842029
                classDef skipped fill:#fff,stroke:#bbb,color:#999

            """.ReplaceLineEndings("\n")).ToString();
    }

    private static string Words(StepRun step) => step.Result is { } result && step.Phase is not StepPhase.Running
        ? result.EndState.ToString().ToUpperInvariant()
        : step.Phase.ToString().ToLowerInvariant();

    /// <summary>A title must not end its box, nor become markup of the page that shows the picture.</summary>
    private static string Plain(string text) => text
        .Replace("#", "#35;", StringComparison.Ordinal)
        .Replace("\"", "#quot;", StringComparison.Ordinal)
        .Replace("<", "#lt;", StringComparison.Ordinal)
        .Replace(">", "#gt;", StringComparison.Ordinal)
        .Replace("`", "#96;", StringComparison.Ordinal);
}
