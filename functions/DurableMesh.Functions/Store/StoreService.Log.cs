namespace DurableMesh.Functions.Store;

/// <content>What the service says to the operator.</content>
internal sealed partial class StoreService
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "What other hosts wrote is not known yet: {Reason}")]
    private partial void LogNotRefreshed(string reason);
}
