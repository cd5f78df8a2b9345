using DurableMesh.Core.Workflows;

namespace DurableMesh.Dashboard.Workflows;

/// <summary>Where the steps of a workflow stand in a drawing: each to the right of those that come before it.</summary>
public sealed class WorkflowGraph
{
    /// <summary>A step's width.</summary>
    public const double BoxWidth = 210;

    /// <summary>A step's height.</summary>
    public const double BoxHeight = 62;

    private const double Across = BoxWidth + 50;
    private const double Down = BoxHeight + 22;

    private WorkflowGraph(IReadOnlyList<PlacedStep> steps) => Steps = steps;

    /// <summary>The steps, in the order of the workflow.</summary>
    public IReadOnlyList<PlacedStep> Steps { get; }

    /// <summary>The drawing's width.</summary>
    public double Width => Steps.Count == 0 ? 0 : Steps.Max(step => step.X) + BoxWidth + 2;

    /// <summary>The drawing's height.</summary>
    public double Height => Steps.Count == 0 ? 0 : Steps.Max(step => step.Y) + BoxHeight + 2;

    /// <summary>The lines from a step to the next.</summary>
    public IEnumerable<(PlacedStep From, PlacedStep To, bool HandsOn)> Lines =>
        from to in Steps
        from before in to.Step.After
        let start = Steps.FirstOrDefault(step => step.Step.Id == before)
        where start is not null
        select (start, to, to.Step.HandedOn.Contains(before));

    /// <summary>Places steps; what comes before what has no rings, which the reader of workflows sees to.</summary>
    /// <param name="steps">The steps.</param>
    public static WorkflowGraph Of(IReadOnlyList<StepView> steps)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var filled = new Dictionary<int, int>();
        var placed = new List<PlacedStep>(steps.Count);
        foreach (var step in steps)
        {
            var column = columns[step.Id] = ColumnOf(step.Id, steps, columns, depth: 0);
            var row = filled.GetValueOrDefault(column);
            filled[column] = row + 1;
            placed.Add(new PlacedStep(step, 1 + (column * Across), 1 + (row * Down)));
        }

        return new WorkflowGraph(placed);
    }

    private static int ColumnOf(string id, IReadOnlyList<StepView> steps, Dictionary<string, int> known, int depth)
    {
        if (known.TryGetValue(id, out var column))
        {
            return column;
        }

        // An agent may see some steps only: one that it does not see is before none.
        var after = steps.FirstOrDefault(step => step.Id == id)?.After ?? [];
        return depth > steps.Count || after.Count == 0
            ? 0
            : known[id] = 1 + after.Max(before => ColumnOf(before, steps, known, depth + 1));
    }
}

/// <summary>A step in a drawing.</summary>
/// <param name="Step">The step.</param>
/// <param name="X">Its left side.</param>
/// <param name="Y">Its upper side.</param>
public sealed record PlacedStep(StepView Step, double X, double Y);
