namespace DurableMesh.Functions.Store;

/// <content>What the log says to the operator.</content>
internal sealed partial class FoldedLog<TState, TChange>
{
    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The store's {Folder} log stays empty, the organisation file contradicts itself; mend it and start again: "
            + "{Reason}")]
    private partial void LogSeedRefused(string folder, string reason);
}
