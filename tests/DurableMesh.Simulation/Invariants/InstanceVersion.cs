using Microsoft.DurableTask.Client;

namespace DurableMesh.Simulation.Invariants;

/// <summary>What a client could see of an instance from one moment to the next.</summary>
internal readonly record struct InstanceVersion(
    long Moment, bool Exists, OrchestrationRuntimeStatus Status, string? Input, string? Output, string? CustomStatus)
{
    /// <summary>Whether it existed and had come to its end.</summary>
    public bool IsEnded => Exists && Status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Whether it was there and at work.</summary>
    public bool IsOpen => Exists && !IsEnded;

    /// <summary>Whether an answer tells of this version.</summary>
    public bool Matches(OrchestrationMetadata? answer) => answer is null
        ? !Exists
        : Exists && answer.RuntimeStatus == Status && answer.SerializedInput == Input && answer.SerializedOutput == Output
            && answer.SerializedCustomStatus == CustomStatus;

    /// <inheritdoc/>
    public override string ToString() =>
        Exists ? $"{Status}, output {Output ?? "none"}, custom status {CustomStatus ?? "none"}" : "nothing";
}
