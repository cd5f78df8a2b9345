namespace DurableMesh.Functions.Events;

/// <content>What it says to the operator.</content>
public sealed partial class EventStreams
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Whether the keys of open event streams still work is looked at in a second again: {Reason}")]
    private partial void LogNotChecked(string reason);
}
