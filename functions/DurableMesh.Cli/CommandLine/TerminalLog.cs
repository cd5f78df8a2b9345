using Microsoft.Extensions.Logging;

namespace DurableMesh.Cli.CommandLine;

/// <summary>Passes log messages to standard error, a line each, with a prefix that says whose they are.</summary>
/// <param name="terminal">The terminal.</param>
/// <param name="prefix">Whose they are.</param>
/// <param name="least">The least of them that is passed on.</param>
internal sealed class TerminalLog(Terminal terminal, string prefix, LogLevel least = LogLevel.Information) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var cause = exception is null ? "" : $": {exception.Message}";
        terminal.Pass($"{prefix}: {formatter(state, exception)}{cause}");
    }
}
