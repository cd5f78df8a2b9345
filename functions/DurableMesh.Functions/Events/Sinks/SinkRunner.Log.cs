namespace DurableMesh.Functions.Events.Sinks;

/// <content>What the operator hears.</content>
internal sealed partial class SinkRunner
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Sink {Sink} did not take an event, attempt {Attempt}: {Reason}")]
    private partial void LogNotTaken(string sink, int attempt, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Sink {Sink} did not take event {Event} within a day; it is a dead letter now: {Reason}")]
    private partial void LogGivenUp(string sink, string @event, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sink {Sink} has missed events: {Reason}")]
    private partial void LogMissed(string sink, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sink {Sink} waits: {Reason}")]
    private partial void LogWaits(string sink, string reason);
}
