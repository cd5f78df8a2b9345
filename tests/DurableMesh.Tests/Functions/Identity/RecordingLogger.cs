using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Functions.Identity;

/// <summary>Keeps what is said at a level.</summary>
internal sealed class RecordingLogger<T>(LogLevel level) : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == level)
        {
            Lines.Enqueue(formatter(state, exception));
        }
    }
}
