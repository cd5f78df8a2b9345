using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Partition
{
    [LoggerMessage(LogLevel.Debug,
        "Partition {Partition}: recovered {Instances} instances, {Resident} of them into memory, "
        + "from checkpoint {Checkpoint} and the log up to commit {Commit}")]
    private partial void LogRecovered(int partition, int instances, int resident, long checkpoint, long commit);
}
