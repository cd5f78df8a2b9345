namespace DurableMesh.Functions.Threads;

/// <content>What it says to the operator.</content>
public sealed partial class OverdueThreads
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Threads that are past their deadline could not be looked at; they are in a minute: {Reason}")]
    private partial void LogNotLookedAt(string reason);
}
