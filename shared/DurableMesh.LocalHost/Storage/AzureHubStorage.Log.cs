using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Storage;

internal static partial class AzureHubStorageLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Partition {Partition} was owned by host {HostId} (process {ProcessId} of this machine), which runs no more: taken over.")]
    public static partial void TookOverFromDeadProcess(this ILogger logger, int partition, string hostId, int processId);

    [LoggerMessage(2, LogLevel.Warning, "The storage had forgotten the lease on partition {Partition}; it is in place again.")]
    public static partial void RestoredForgottenLease(this ILogger logger, int partition);

    [LoggerMessage(3, LogLevel.Warning, "The storage did not know the lease on {Segment}, which this host owns; claimed it again.")]
    public static partial void ClaimedSegmentAgain(this ILogger logger, string segment, Exception cause);

    [LoggerMessage(4, LogLevel.Warning, "The lease on partition {Partition} cannot be renewed now; trying on.")]
    public static partial void RenewalWaits(this ILogger logger, int partition, Exception cause);

    [LoggerMessage(5, LogLevel.Debug, "The lease on partition {Partition} was gone before it was released.")]
    public static partial void ReleasedLeaseWasGone(this ILogger logger, int partition, Exception cause);
}
