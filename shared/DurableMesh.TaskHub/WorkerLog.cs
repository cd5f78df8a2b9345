using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub;

/// <summary>The events that Durable Task's worker logs of the tasks that it runs: its categories, ids and words.</summary>
internal static partial class WorkerLog
{
    /// <summary>For the events of orchestrations.</summary>
    public static ILogger ForOrchestrations(ILoggerFactory factory) =>
        factory.CreateLogger("Microsoft.DurableTask.Worker.Orchestrations");

    /// <summary>For the events of activities.</summary>
    public static ILogger ForActivities(ILoggerFactory factory) =>
        factory.CreateLogger("Microsoft.DurableTask.Worker.Activities");

    [LoggerMessage(600, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' started.")]
    public static partial void OrchestrationStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(601, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' completed.")]
    public static partial void OrchestrationCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(602, LogLevel.Information, "'{Name}' orchestration with ID '{InstanceId}' failed.")]
    public static partial void OrchestrationFailed(ILogger logger, Exception error, string instanceId, string name);

    [LoggerMessage(603, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' started.")]
    public static partial void ActivityStarted(ILogger logger, string instanceId, string name);

    [LoggerMessage(604, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' completed.")]
    public static partial void ActivityCompleted(ILogger logger, string instanceId, string name);

    [LoggerMessage(605, LogLevel.Information, "'{Name}' activity of orchestration ID '{InstanceId}' failed.")]
    public static partial void ActivityFailed(ILogger logger, Exception error, string instanceId, string name);
}
