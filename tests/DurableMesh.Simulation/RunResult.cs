using DurableMesh.Simulation.Faults;
using DurableMesh.Simulation.Invariants;

namespace DurableMesh.Simulation;

/// <summary>What a run came to.</summary>
/// <param name="Violation">What must never be and was, or null.</param>
/// <param name="Hash">The hash of all that happened: equal for two runs of one scenario.</param>
/// <param name="SimulatedTime">How much virtual time passed.</param>
/// <param name="Steps">How many pieces of work ran.</param>
/// <param name="Facts">How many facts became durable.</param>
/// <param name="Faults">What was injected.</param>
/// <param name="Trace">The last lines of what happened, where they were wanted.</param>
internal sealed record RunResult(
    Violation? Violation,
    ulong Hash,
    TimeSpan SimulatedTime,
    long Steps,
    long Facts,
    FaultCount Faults,
    IReadOnlyCollection<string> Trace);
