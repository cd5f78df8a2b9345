using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class CommitPipeline
{
    [LoggerMessage(LogLevel.Warning,
        "Partition {Partition}: stops without having seen that the storage has all that it acknowledged ({Reason})")]
    private partial void LogNotSeen(int partition, string reason);
}
