using DurableTask.Core;
using Microsoft.DurableTask;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace DurableMesh.LocalHost.Engine.Orchestrations;

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

    private static FailureDetails Core(TaskFailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? Core(inner) : null,
        isNonRetriable: false,
        failure.Properties);
}
