using System.Collections.Immutable;
using DurableMesh.Core.Changes;

namespace DurableMesh.Core.Workflows;

/// <summary>All runs of workflows: a fold of what was asked.</summary>
public sealed class WorkflowBoard : IFolded<WorkflowBoard, WorkflowChange>
{
    private readonly ImmutableDictionary<string, WorkflowRun> _runs;
    private readonly ImmutableList<string> _order;

    private WorkflowBoard(ImmutableDictionary<string, WorkflowRun> runs, ImmutableList<string> order) =>
        (_runs, _order) = (runs, order);

    /// <inheritdoc/>
    public static WorkflowBoard Empty { get; } = new(ImmutableDictionary<string, WorkflowRun>.Empty, []);

    /// <summary>A run by its id; null where there is none.</summary>
    /// <param name="id">The id.</param>
    public WorkflowRun? Find(string id) => _runs.GetValueOrDefault(id);

    /// <summary>Runs, newest first.</summary>
    /// <param name="before">Only those that began before so many had; the place of the page before.</param>
    public IEnumerable<(int Place, WorkflowRun Run)> List(int before = int.MaxValue)
    {
        for (var place = Math.Min(before, _order.Count + 1) - 1; place >= 1; place--)
        {
            yield return (place, _runs[_order[place - 1]]);
        }
    }

    /// <inheritdoc/>
    public ChangeResult<WorkflowBoard> Apply(WorkflowChange change, DateTimeOffset at, string by)
    {
        var before = Find(change.Run);
        var (run, refusal) = WorkflowRules.Decide(before, change, at, by);
        return run is null || ReferenceEquals(run, before)
            ? new(this, refusal)
            : new(new WorkflowBoard(_runs.SetItem(change.Run, run), before is null ? _order.Add(change.Run) : _order), refusal);
    }
}
