using DurableTask.Core;
using Microsoft.DurableTask;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>A task cannot be run here at all; officially such failures have names of their own instead of an exception's type.</summary>
internal sealed class TaskRefusedException(string errorType, string message) : Exception(message)
{
    public const string NoOrchestrator = "OrchestratorTaskNotFound";
    public const string NoActivity = "ActivityTaskNotFound";
    public const string WrongVersion = "VersionMismatch";

    public string ErrorType => errorType;
}

/// <summary>Makes the exceptions that orchestrator code catches.</summary>
internal static class Failures
{
    /// <summary>The failure of a task that the code called.</summary>
    /// <remarks>
    /// It is caused by the exception of the framework below, as officially: retry policies are asked about that one, and the
    /// details of an orchestration that lets it through carry the task's own failure as their inner one.
    /// </remarks>
    public static TaskFailedException Of(string task, int id, TaskFailureDetails failure) =>
        new(task, id, new CoreTaskFailedException(id, id, task, "", failure.ErrorMessage, null) { FailureDetails = Core(failure) });

    /// <summary>The details of what ended an orchestrator or an activity.</summary>
    public static TaskFailureDetails Details(Exception error) => error is TaskRefusedException refused
        ? new TaskFailureDetails(refused.ErrorType, refused.Message, null, null, null)
        : TaskFailureDetails.FromException(error);

    /// <summary>Whether another try may have another outcome: not where there is no such task.</summary>
    public static bool IsWorthAnotherTry(TaskFailureDetails failure) =>
        failure.ErrorType is not (TaskRefusedException.NoOrchestrator or TaskRefusedException.NoActivity);

    private static FailureDetails Core(TaskFailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? Core(inner) : null,
        isNonRetriable: false,
        failure.Properties);
}
