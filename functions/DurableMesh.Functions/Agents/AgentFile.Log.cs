namespace DurableMesh.Functions.Agents;

/// <content>What the registry says to the operator.</content>
internal sealed partial class AgentFile
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The registry has {Count} agents ({Path}).")]
    private partial void LogRead(int count, string path);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The agent registry {Path} cannot be read, the last good one stays in force: {Reason}")]
    private partial void LogNotRead(string path, string reason);
}
