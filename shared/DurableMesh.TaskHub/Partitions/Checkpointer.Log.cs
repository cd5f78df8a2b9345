using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Checkpointer
{
    [LoggerMessage(LogLevel.Debug,
        "Partition {Partition}: checkpoint {Checkpoint} holds {Instances} instances anew in {Bytes:N0} bytes; "
        + "{Files} files in all")]
    private partial void LogCheckpoint(int partition, long checkpoint, int instances, long bytes, int files);

    [LoggerMessage(LogLevel.Warning, "Partition {Partition}: checkpoint {Checkpoint} is given up and made again ({Reason})")]
    private partial void LogCheckpointGivenUp(int partition, long checkpoint, string reason);
}
