using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

internal sealed partial class HostReport
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Address} · {Functions} functions · hub {Hub} · storage {Storage}")]
    private partial void LogListening(string address, int functions, string hub, string storage);

    [LoggerMessage(2, LogLevel.Debug, "Function {Function}: {Trigger}")]
    private partial void LogFunction(string function, string trigger);

    [LoggerMessage(3, LogLevel.Information, "Stopping")]
    private partial void LogStopping();

    [LoggerMessage(4, LogLevel.Critical, "{Service} failed, and the host cannot go on without it")]
    private partial void LogFailed(Exception error, string service);
}
