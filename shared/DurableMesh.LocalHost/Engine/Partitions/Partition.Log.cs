using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Partition
{
    [LoggerMessage(LogLevel.Debug, "Partition {Partition}: recovered {Instances} instances, {Open} of them open, from {Commits} commits")]
    private partial void LogRecovered(int partition, int instances, int open, long commits);

    [LoggerMessage(LogLevel.Error, "Orchestration '{Name}' ({InstanceId}) failed: {Reason}")]
    private partial void LogInstanceFailed(string name, string instanceId, string reason);
}
