using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Episodes
{
    [LoggerMessage(LogLevel.Error, "Orchestration '{Name}' ({InstanceId}) failed: {Reason}")]
    private partial void LogInstanceFailed(string name, string instanceId, string reason);
}
