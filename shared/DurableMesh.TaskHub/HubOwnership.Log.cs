using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub;

/// <content>What it logs.</content>
internal sealed partial class HubOwnership
{
    [LoggerMessage(LogLevel.Information,
        "Task hub '{Hub}' is {Ready}: {Partitions} partition(s), recovered in {Milliseconds:N0} ms")]
    private partial void LogReady(string ready, string hub, int partitions, double milliseconds);

    [LoggerMessage(LogLevel.Information,
        "Standing by: task hub '{Hub}' is owned by process {ProcessId} on {Machine} ({Address}); "
        + "this host takes over when that one ends")]
    private partial void LogStandingBy(string hub, int processId, string machine, string address);

    [LoggerMessage(LogLevel.Warning,
        "Task hub '{Hub}' was created with {Actual} partition(s) and keeps them; host.json asks for {Configured}")]
    private partial void LogPartitionCountKept(string hub, int actual, int configured);

    [LoggerMessage(LogLevel.Warning, "The storage does not answer ({Reason}); trying again")]
    private partial void LogStorageAway(string reason);

    [LoggerMessage(LogLevel.Warning,
        "This host does not own the task hub any more ({Reason}); it answers nothing until it does again")]
    private partial void LogTermEnded(string reason);

    [LoggerMessage(LogLevel.Debug, "A lease could not be released and will expire ({Reason})")]
    private partial void LogNotReleased(string reason);
}
