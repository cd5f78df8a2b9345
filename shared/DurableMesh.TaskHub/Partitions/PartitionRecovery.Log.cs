using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class PartitionRecovery
{
    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: checkpoint {Checkpoint} cannot be used and is skipped for the one before it ({Reason})")]
    private partial void LogCheckpointSkipped(int partition, long checkpoint, string reason);
}
