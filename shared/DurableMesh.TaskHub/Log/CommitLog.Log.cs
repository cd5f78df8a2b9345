using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Log;

/// <content>What it logs.</content>
internal sealed partial class CommitLog
{
    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: the storage does not answer ({Reason}); work waits and goes on when it is back")]
    private partial void LogStorageAway(int partition, string reason);

    [LoggerMessage(LogLevel.Information, "Partition {Partition}: the storage answers again after {Seconds:N1} s")]
    private partial void LogStorageBack(int partition, double seconds);

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: the storage has not saved {Bytes} bytes that it acknowledged; work waits until it has")]
    private partial void LogNotSaving(int partition, long bytes);
}
