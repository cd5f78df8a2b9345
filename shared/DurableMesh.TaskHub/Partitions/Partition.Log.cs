using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Partition
{
    [LoggerMessage(LogLevel.Debug,
        "Partition {Partition}: recovered {Instances} instances, {Resident} of them into memory, "
        + "from checkpoint {Checkpoint} and the log up to commit {Commit}")]
    private partial void LogRecovered(int partition, int instances, int resident, long checkpoint, long commit);

    [LoggerMessage(LogLevel.Debug,
        "Partition {Partition}: checkpoint {Checkpoint} holds {Instances} instances anew in {Bytes:N0} bytes; "
        + "{Files} files in all")]
    private partial void LogCheckpoint(int partition, long checkpoint, int instances, long bytes, int files);

    [LoggerMessage(LogLevel.Warning, "Partition {Partition}: checkpoint {Checkpoint} is given up and made again ({Reason})")]
    private partial void LogCheckpointGivenUp(int partition, long checkpoint, string reason);

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: checkpoint {Checkpoint} cannot be used and is skipped for the one before it ({Reason})")]
    private partial void LogCheckpointSkipped(int partition, long checkpoint, string reason);

    [LoggerMessage(LogLevel.Information,
        "Partition {Partition}: deleting {Files} file(s) of checkpoints that were never finished or are not used")]
    private partial void LogStrayFiles(int partition, int files);

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: the storage came back without {Files} checkpoint file(s); "
        + "writing their instances again from memory")]
    private partial void LogWritingCheckpointAgain(int partition, int files);

    [LoggerMessage(LogLevel.Debug, "Partition {Partition}: what no checkpoint needs could not be deleted now ({Reason})")]
    private partial void LogNotTidied(int partition, string reason);

    [LoggerMessage(LogLevel.Error, "Orchestration '{Name}' ({InstanceId}) failed: {Reason}")]
    private partial void LogInstanceFailed(string name, string instanceId, string reason);
}
