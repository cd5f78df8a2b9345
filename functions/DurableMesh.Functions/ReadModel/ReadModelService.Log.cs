namespace DurableMesh.Functions.ReadModel;

internal sealed partial class ReadModelService
{
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The search has read {Records} records of the store in {Seconds:0.0} s, {Rate:0} a second.")]
    private partial void LogCaughtUp(long records, double seconds, double rate);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} is built anew from the store: {Why}.")]
    private partial void LogBuiltAnew(string path, string why);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Path} is left alone: {Why}. The search builds another file beside it.")]
    private partial void LogLeft(string path, string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The search in {Folder} does not work; all else does. It is tried again each {Seconds:0} s. {Why}")]
    private partial void LogFailed(string folder, string why, double seconds, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The search works again.")]
    private partial void LogWorksAgain();
}
