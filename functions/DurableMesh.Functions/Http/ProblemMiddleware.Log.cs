namespace DurableMesh.Functions.Http;

/// <content>What the middleware says to the operator.</content>
internal sealed partial class ProblemMiddleware
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} answered 503: {Reason}")]
    private partial void LogStorageAway(string function, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed (invocation {Invocation}).")]
    private partial void LogFailed(string function, string invocation, Exception failure);
}
