namespace DurableMesh.Functions.Threads;

/// <content>What it says to the operator.</content>
public sealed partial class StoreComparison
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The store lacks what thread {ThreadId} recorded last; its orchestration is asked to record it again.")]
    private partial void LogAsked(string threadId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store has again what thread {ThreadId} recorded.")]
    private partial void LogMended(string threadId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lack}")]
    private partial void LogLacking(string lack);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Store and task hub are not compared yet; they are in a moment: {Reason}")]
    private partial void LogNotCompared(string reason);
}
