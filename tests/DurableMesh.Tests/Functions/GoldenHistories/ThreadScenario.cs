using DurableMesh.Core.Wire;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>One life of a thread, or of another orchestration, to be recorded.</summary>
/// <param name="Name">Its name, and the instance's id.</param>
/// <param name="End">How the thread ends; null where it is none.</param>
/// <param name="Steps">What happens.</param>
internal sealed record ThreadScenario(string Name, EndReason? End, Func<ThreadRecorder, Task> Steps)
{
    /// <summary>The orchestration.</summary>
    public string Orchestration { get; init; } = nameof(ThreadOrchestrator);
}
