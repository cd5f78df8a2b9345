namespace Microsoft.DurableTask;

/// <summary>What an activity knows of its call.</summary>
public abstract class TaskActivityContext
{
    /// <summary>The activity's name, as the orchestrator called it.</summary>
    public abstract TaskName Name { get; }

    /// <summary>The instance id of the orchestration that called.</summary>
    public abstract string InstanceId { get; }
}
