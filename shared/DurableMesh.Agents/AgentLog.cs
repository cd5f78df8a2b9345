using DurableMesh.Core.Wire;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents;

/// <summary>What a runner says to the person who watches it.</summary>
internal static partial class AgentLog
{
    private const int LongestLine = 300;

    /// <summary>A text as one line, for a log: what is left out was passed on as it came.</summary>
    public static string Line(string text) => WholeText.Shorten(text.ReplaceLineEndings(" "), LongestLine);

    [LoggerMessage(LogLevel.Warning, "{Why}; going on when it is back")]
    public static partial void MeshAway(ILogger log, string why);

    [LoggerMessage(LogLevel.Information, "the mesh at {Address} is back")]
    public static partial void MeshBack(ILogger log, Uri address);

    [LoggerMessage(LogLevel.Warning, "the mesh does not know the inbox position any more; beginning with the first message")]
    public static partial void PositionUnknown(ILogger log);

    [LoggerMessage(
        LogLevel.Warning,
        "the registry has {Agent} on {Registered}, and this runner is on {Device}; it goes on, as the registry may be behind")]
    public static partial void OtherDevice(ILogger log, string agent, string registered, string device);

    [LoggerMessage(LogLevel.Information, "thread {ThreadId}, message {Sequence}: at work (try {Attempt})")]
    public static partial void AtWork(ILogger log, string threadId, int sequence, int attempt);

    [LoggerMessage(LogLevel.Information, "thread {ThreadId}, message {Sequence}: {Kind} sent as message {Sent}")]
    public static partial void Answered(ILogger log, string threadId, int sequence, MessageKind kind, int? sent);

    [LoggerMessage(LogLevel.Information, "thread {ThreadId}, message {Sequence}: waiting, {Why}")]
    public static partial void Waiting(ILogger log, string threadId, int sequence, string why);

    [LoggerMessage(
        LogLevel.Warning, "thread {ThreadId}, message {Sequence}: {Why} Again at {Next:HH:mm:ss} (try {Attempt} was made)")]
    public static partial void Later(ILogger log, string threadId, int sequence, string why, DateTimeOffset next, int attempt);

    [LoggerMessage(LogLevel.Error, "thread {ThreadId}, message {Sequence}: given up after try {Attempt}: {Why}")]
    public static partial void GivenUp(ILogger log, string threadId, int sequence, int attempt, string why);

    [LoggerMessage(LogLevel.Information, "thread {ThreadId}, message {Sequence}: stopped, {Why}")]
    public static partial void Stopped(ILogger log, string threadId, int sequence, string why);

    [LoggerMessage(LogLevel.Warning, "thread {ThreadId}: {Kind} {MessageId} refused, {Reason}: {Detail}")]
    public static partial void Refused(
        ILogger log, string threadId, MessageKind kind, string messageId, string reason, string? detail);

    [LoggerMessage(
        LogLevel.Warning,
        "thread {ThreadId}, message {Sequence}: left alone, as a {Kind} is not among --only; it waits for somebody else")]
    public static partial void LeftAlone(ILogger log, string threadId, int sequence, MessageKind kind);

    [LoggerMessage(LogLevel.Error, "thread {ThreadId}, message {Sequence}: the runner itself failed")]
    public static partial void RunnerFailed(ILogger log, Exception failure, string threadId, int sequence);
}
