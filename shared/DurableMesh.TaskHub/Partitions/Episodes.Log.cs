using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What it logs.</content>
internal sealed partial class Episodes
{
    [LoggerMessage(LogLevel.Error, "Orchestration '{Name}' ({InstanceId}) failed: {Reason}")]
    private partial void LogInstanceFailed(string name, string instanceId, string reason);

    [LoggerMessage(LogLevel.Warning, "Orchestration '{Name}' ({InstanceId}) is not run by this worker: {Reason}")]
    private partial void LogVersionRefused(string name, string instanceId, string reason);
}
