namespace DurableMesh.Functions.Store;

/// <content>What the log says to the operator.</content>
internal sealed partial class SharedLog<T>
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage is away, the store's {Folder} wait: {Reason}")]
    private partial void LogAway(string folder, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Storage is back, the store's {Folder} go on.")]
    private partial void LogBack(string folder);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage had forgotten {Bytes} acknowledged bytes of the store's {Folder}; they are written again.")]
    private partial void LogWrittenAgain(string folder, long bytes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The host stops without having seen that the storage has all of the store's {Folder}: {Reason}")]
    private partial void LogNotSeen(string folder, string reason);

    [LoggerMessage(
        Level = LogLevel.Critical, Message = "The store's {Folder} cannot go on: restart the host after this is mended.")]
    private partial void LogBroken(string folder, Exception failure);
}
