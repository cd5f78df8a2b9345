namespace DurableMesh.Functions.Tasks;

/// <content>What the operator hears.</content>
public sealed partial class TaskActivities
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The webhook has not heard of version {Version} of task {Task} and is told again: {Reason}")]
    private partial void LogNotTold(string task, int version, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The webhook has not heard of version {Version} of task {Task} within {Hours} h and is told no more: {Reason}")]
    private partial void LogGivenUp(string task, int version, double hours, string reason);
}
