using System.Runtime.CompilerServices;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace DurableMesh.LocalHost;

/// <summary>
/// A worker's console, which the Functions host copies to its own: for what is logged outside an invocation. The host drops that
/// where it comes the way of all other messages, by gRPC, because it files each of them under its invocation.
/// </summary>
internal sealed class OutsideInvocation(LineFormatter line) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "outside-invocation";

    /// <summary>What the worker's scope round an invocation is known by.</summary>
    private const string InvocationId = "AzureFunctions_InvocationId";

    public static void AddTo(ILoggingBuilder logging)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.Services.AddSingleton<LineFormatter>();
        logging
            .AddFilter<ConsoleLoggerProvider>("Microsoft", LogLevel.Warning)
            .AddFilter<ConsoleLoggerProvider>("Azure", LogLevel.Warning)
            .AddConsole(console => console.FormatterName = FormatterName)
            .AddConsoleFormatter<OutsideInvocation, ConsoleFormatterOptions>();
    }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!IsInInvocation(scopeProvider))
        {
            line.Write(logEntry, scopeProvider, textWriter);
        }
    }

    private static bool IsInInvocation(IExternalScopeProvider? scopes)
    {
        var found = new StrongBox<bool>();
        scopes?.ForEachScope(
            static (scope, found) => found.Value |=
                scope is IEnumerable<KeyValuePair<string, object>> values && values.Any(value => value.Key == InvocationId),
            found);
        return found.Value;
    }
}
