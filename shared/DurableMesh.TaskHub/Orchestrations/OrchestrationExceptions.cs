namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>A replay of the orchestrator's code did something else than its history says.</summary>
internal sealed class NonDeterministicOrchestrationException(string message) : Exception(message);

/// <summary>The orchestrator's code left its thread: it awaited, or ran on, something that is not durable.</summary>
internal sealed class OrchestratorEscapedException(string message) : InvalidOperationException(message)
{
    /// <summary>The error of an orchestrator that did <paramref name="what"/>, with the advice what to use instead.</summary>
    public static OrchestratorEscapedException Because(string name, string instanceId, string what) => new(
        $"Orchestrator '{name}' ({instanceId}) {what}. Orchestrator code must be deterministic: no ConfigureAwait(false), "
        + "Task.Run, Task.Delay, WaitAsync or I/O; use the context's timers, activities and events.");
}
