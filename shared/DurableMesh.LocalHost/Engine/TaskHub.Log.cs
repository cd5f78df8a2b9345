using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Engine;

/// <content>What it logs.</content>
internal sealed partial class TaskHub
{
    [LoggerMessage(LogLevel.Information, "Task hub '{Hub}' is ready: {Partitions} partition(s), recovered in {Milliseconds:N0} ms")]
    private partial void LogReady(string hub, int partitions, double milliseconds);

    [LoggerMessage(LogLevel.Information,
        "Task hub '{Hub}' is owned by process {ProcessId} on {Machine} ({Address}); waiting to take over")]
    private partial void LogWaitingForOwner(string hub, string machine, int processId, string address);

    [LoggerMessage(LogLevel.Warning, "Task hub '{Hub}' was created with {Actual} partition(s) and keeps them; host.json asks for {Configured}")]
    private partial void LogPartitionCountKept(string hub, int actual, int configured);

    [LoggerMessage(LogLevel.Warning, "The storage does not answer ({Reason}); trying again")]
    private partial void LogStorageAway(string reason);

    [LoggerMessage(LogLevel.Warning, "This host does not own the task hub any more ({Reason}); trying to get it back")]
    private partial void LogTermEnded(string reason);

    [LoggerMessage(LogLevel.Debug, "A lease could not be released and will expire ({Reason})")]
    private partial void LogNotReleased(string reason);
}
