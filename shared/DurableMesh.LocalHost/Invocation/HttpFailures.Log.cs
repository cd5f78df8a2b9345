using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

internal sealed partial class HttpFailures
{
    [LoggerMessage(1, LogLevel.Error, "{Endpoint} failed on request {Request}")]
    private partial void LogFailed(Exception error, string endpoint, string request);

    [LoggerMessage(2, LogLevel.Debug, "The caller of {Endpoint} went away before the answer")]
    private partial void LogCallerGone(string endpoint);
}
