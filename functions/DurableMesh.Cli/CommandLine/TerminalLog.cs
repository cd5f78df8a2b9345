using Microsoft.Extensions.Logging;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Passes log messages to standard error, a line each, with a prefix that says whose they are.</summary>
internal sealed class TerminalLog(Terminal terminal, string prefix) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var cause = exception is null ? "" : $": {exception.Message}";
        terminal.Pass($"{prefix}: {formatter(state, exception)}{cause}");
    }
}
