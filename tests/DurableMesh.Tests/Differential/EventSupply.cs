using DurableMesh.Simulation;
using DurableMesh.Simulation.Machine;
using DurableMesh.Simulation.Workload;

namespace DurableMesh.Tests.Differential;

/// <summary>
/// Decides which events an instance finds at its gates: at least one for every wait, so that it does not wait for ever; for a
/// race one or none; and now and then one that nobody waits for.
/// </summary>
internal sealed class EventSupply
{
    /// <summary>So many milliseconds that nothing here takes as long.</summary>
    public const int Hours = 10_000_000;

    /// <summary>How many events of a name are there and not yet taken, and whether a lost race has left a wait open.</summary>
    private Dictionary<string, (int Left, bool IsOpen)> _names = Scenario.EventNames.ToDictionary(name => name, _ => (0, false));

    /// <summary>Whether there is an event that no wait has taken.</summary>
    public bool IsLeft => _names.Values.Any(name => name.Left > (name.IsOpen ? 1 : 0));

    /// <summary>
    /// The events for the steps of a section, in the order in which they are raised, and the steps with hours for the races that
    /// the events win: the sidecar lets a timer ring that was cancelled, and an instance that ends just then ends twice.
    /// </summary>
    public (IReadOnlyList<string> Events, IReadOnlyList<Step> Steps) For(IReadOnlyList<Step> section, SeededRandom random)
    {
        bool waits = section.Any(step => step.Kind is StepKind.Wait or StepKind.Race);
        List<string> events = [.. Scenario.EventNames.Where(_ => waits && random.Chance(0.3))];
        var steps = new List<Step>();
        while (Run(section, events, steps) is { } lacking)
        {
            events.Insert(random.Below(events.Count + 1), lacking);
        }

        return (events, steps);
    }

    /// <summary>The name of an event that a wait lacks; null when there is one for each, and then they are taken.</summary>
    private string? Run(IReadOnlyList<Step> section, IReadOnlyList<string> events, List<Step> steps)
    {
        var names = _names.ToDictionary(
            name => name.Key,
            name => (Left: name.Value.Left + events.Count(one => one == name.Key), name.Value.IsOpen));
        steps.Clear();
        foreach (Step step in section)
        {
            int left = step.Kind is StepKind.Wait or StepKind.Race ? names[step.Name!].Left : 0;
            switch (step.Kind)
            {
                case StepKind.Wait when left == 0:
                    return step.Name;
                case StepKind.Wait or StepKind.Race:
                    names[step.Name!] = (Math.Max(0, left - 1), IsOpen: left == 0);
                    break;
                case StepKind.Again:
                    // What a wait has taken that is left open is reported, and gone.
                    names = names.ToDictionary(
                        name => name.Key,
                        name => (Math.Max(0, name.Value.Left - (name.Value.IsOpen ? 1 : 0)), false));
                    break;
            }

            steps.Add(step.Kind == StepKind.Race && left > 0 ? step with { Milliseconds = Hours } : step);
        }

        _names = names;
        return null;
    }
}
