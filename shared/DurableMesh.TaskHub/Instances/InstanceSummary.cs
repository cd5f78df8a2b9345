using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Instances;

/// <summary>What is known of every instance without reading it: what queries choose by.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">Durable Task's status.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
internal readonly record struct InstanceSummary(string Id, OrchestrationRuntimeStatus Status, DateTime CreatedAt)
{
    /// <summary>Whether it has come to its end.</summary>
    public bool IsEnded => InstanceState.IsEnd(Status);
}
