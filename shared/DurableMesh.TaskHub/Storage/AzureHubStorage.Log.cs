using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Storage;

internal static partial class AzureHubStorageLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Took partition {Partition} over from host {HostId} (process {ProcessId}), whose ownership is over.")]
    public static partial void TookOver(this ILogger logger, int partition, string hostId, int processId);

    [LoggerMessage(2, LogLevel.Warning, "The storage had forgotten the lease on partition {Partition}; it is in place again.")]
    public static partial void RestoredForgottenLease(this ILogger logger, int partition);

    [LoggerMessage(3, LogLevel.Warning, "The storage had forgotten the lease on {Segment}; claimed it again.")]
    public static partial void ClaimedSegmentAgain(this ILogger logger, string segment, Exception cause);

    [LoggerMessage(4, LogLevel.Warning, "The lease on partition {Partition} cannot be renewed now; trying on.")]
    public static partial void RenewalWaits(this ILogger logger, int partition, Exception cause);

    [LoggerMessage(5, LogLevel.Debug, "The lease on partition {Partition} was gone before it was released.")]
    public static partial void ReleasedLeaseWasGone(this ILogger logger, int partition, Exception cause);
}
