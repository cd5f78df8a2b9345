namespace DurableMesh.Simulation.Invariants;

/// <summary>Something that must never be, and was.</summary>
/// <param name="Invariant">The rule, in a few words.</param>
/// <param name="Details">What was met instead.</param>
internal sealed record Violation(string Invariant, string Details);

/// <summary>Takes note of the first violation of a run: what follows from it is of no interest.</summary>
internal sealed class Violations
{
    /// <summary>The first one, or null.</summary>
    public Violation? First { get; private set; }

    /// <summary>A rule was broken.</summary>
    public void Report(string invariant, string details) => First ??= new Violation(invariant, details);

    /// <summary>Reports it unless a condition holds.</summary>
    public void Unless(bool condition, string invariant, string details)
    {
        if (!condition)
        {
            Report(invariant, details);
        }
    }
}
