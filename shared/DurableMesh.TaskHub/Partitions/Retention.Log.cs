using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Retention
{
    [LoggerMessage(LogLevel.Information,
        "Partition {Partition}: deleting {Files} file(s) of checkpoints that were never finished or are not used")]
    private partial void LogStrayFiles(int partition, int files);

    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: the storage came back without {Files} checkpoint file(s); "
        + "writing their instances again from memory")]
    private partial void LogWritingCheckpointAgain(int partition, int files);

    [LoggerMessage(LogLevel.Debug, "Partition {Partition}: what no checkpoint needs could not be deleted now ({Reason})")]
    private partial void LogNotTidied(int partition, string reason);
}
