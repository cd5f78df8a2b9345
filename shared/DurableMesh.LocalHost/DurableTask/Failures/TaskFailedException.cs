namespace Microsoft.DurableTask;

/// <summary>What an orchestrator gets where an activity or a sub-orchestration failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Makes the exception of the exception that the task failed with.</summary>
    /// <param name="taskName">The name of the activity or the orchestrator.</param>
    /// <param name="taskId">The number of the call within its orchestration.</param>
    /// <param name="innerException">What the task failed with.</param>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(Describe(taskName, taskId, innerException?.Message), innerException)
    {
        ArgumentNullException.ThrowIfNull(innerException);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException);
    }

    /// <summary>Makes the exception of the details that the history holds.</summary>
    /// <param name="taskName">The name of the activity or the orchestrator.</param>
    /// <param name="taskId">The number of the call within its orchestration.</param>
    /// <param name="failureDetails">How the task failed.</param>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(Describe(taskName, taskId, failureDetails?.ErrorMessage))
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The name of the activity or the orchestrator.</summary>
    public string TaskName { get; }

    /// <summary>The number of the call within its orchestration.</summary>
    public int TaskId { get; }

    /// <summary>How the task failed.</summary>
    public TaskFailureDetails FailureDetails { get; }

    // Worded as Durable Task words it: apps and their logs match on it.
    private static string Describe(string taskName, int taskId, string? cause) =>
        $"Task '{taskName}' (#{taskId}) failed with an unhandled exception{(cause is null ? "." : $": {cause}")}";
}
