namespace DurableMesh.Functions.Tasks;

/// <content>What the operator hears.</content>
public sealed partial class TaskFollowing
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The webhook is not told yet of the change of task {Task}; the next call about tasks starts it again: "
            + "{Reason}")]
    private partial void LogNotStarted(string task, string reason);
}
