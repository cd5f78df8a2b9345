using System.Collections;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;
using IExceptionPropertiesProvider = Microsoft.DurableTask.Worker.IExceptionPropertiesProvider;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>A task cannot be run here at all. Officially such a failure has a name of its own instead of a type's.</summary>
internal sealed class TaskRefusedException(string errorType, string message) : Exception(message)
{
    /// <summary>No orchestrator has the name and the version.</summary>
    public const string NoOrchestrator = "OrchestratorTaskNotFound";

    /// <summary>No activity has the name and the version.</summary>
    public const string NoActivity = "ActivityTaskNotFound";

    /// <summary>The worker does not run the version.</summary>
    public const string WrongVersion = "VersionMismatch";

    /// <summary>Which of these.</summary>
    public string ErrorType => errorType;
}

/// <summary>Turns exceptions into failures and back, as the official worker does over gRPC.</summary>
/// <param name="properties">Says which properties of an exception are kept; null: none.</param>
internal sealed class Failures(IExceptionPropertiesProvider? properties = null)
{
    /// <summary>
    /// The exception that the official runtime shows to retry policies, which look for the failure in these types and no others.
    /// </summary>
    public static OrchestrationException Core(string task, int id, TaskFailureDetails failure, bool ofSubOrchestration) =>
        ofSubOrchestration
            ? new SubOrchestrationFailedException(id, id, task, "", failure.ErrorMessage, null) { FailureDetails = Core(failure) }
            : new CoreTaskFailedException(id, id, task, "", failure.ErrorMessage, null) { FailureDetails = Core(failure) };

    /// <summary>The exception that orchestrator code catches.</summary>
    public static TaskFailedException Shown(OrchestrationException error) => error switch
    {
        SubOrchestrationFailedException e => new TaskFailedException(e.Name, e.ScheduleId, Details(e.FailureDetails!)),
        CoreTaskFailedException e => new TaskFailedException(e.Name, e.ScheduleId, e),
        _ => throw new ArgumentException($"{error.GetType()} is no failure of a task.", nameof(error)),
    };

    /// <summary>The failure of an activity: each exception of the chain with its properties.</summary>
    public TaskFailureDetails OfActivity(Exception error) => error is TaskRefusedException refused
        ? new TaskFailureDetails(refused.ErrorType, refused.Message, null, null, null)
        : new TaskFailureDetails(
            error.GetType().FullName!,
            error.Message,
            error.StackTrace,
            error.InnerException is { } inner ? OfActivity(inner) : null,
            PropertiesOf(error));

    /// <summary>
    /// The failure of an orchestrator. One that lets a task's failure through has that one as its cause, and its properties too.
    /// </summary>
    public TaskFailureDetails OfOrchestrator(Exception error) => error switch
    {
        TaskRefusedException refused => new TaskFailureDetails(refused.ErrorType, refused.Message, null, null, null),
        TaskFailedException task => new TaskFailureDetails(
            typeof(TaskFailedException).FullName!,
            task.Message,
            task.StackTrace,
            task.FailureDetails,
            task.FailureDetails.Properties),
        _ => Details(new FailureDetails(error, PropertiesOf(error))),
    };

    /// <summary>Whether another try may have another outcome: not where there is no such task.</summary>
    private static bool IsFinal(TaskFailureDetails failure) => failure.ErrorType
        is TaskRefusedException.NoOrchestrator or TaskRefusedException.NoActivity or TaskRefusedException.WrongVersion;

    /// <summary>The framework's own form of a failure.</summary>
    public static FailureDetails Core(TaskFailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? Core(inner) : null,
        IsFinal(failure),
        failure.Properties);

    private static TaskFailureDetails Details(FailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? Details(inner) : null,
        failure.Properties);

    /// <summary>What the program says of an exception; nothing where it fails to: the failure itself must not get lost.</summary>
    private Dictionary<string, object?>? PropertiesOf(Exception error)
    {
        try
        {
            return properties?.GetExceptionProperties(error) is { } found ? Values(found) : null;
        }
        catch (Exception unsaid) when (unsaid is not OutOfMemoryException)
        {
            return null;
        }
    }

    private static Dictionary<string, object?> Values(IDictionary<string, object?> values) =>
        values.ToDictionary(pair => pair.Key, pair => Value(pair.Value));

    /// <summary>
    /// A property as it comes out at the other end of the official protocol, which knows one kind of number and turns what it
    /// does not know into text.
    /// </summary>
    private static object? Value(object? value) => value switch
    {
        null or string or bool or DateTime or DateTimeOffset => value,
        int or long or float or double or decimal => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture),
        IDictionary<string, object?> map => Values(map),
        IEnumerable list => list.Cast<object?>().Select(Value).ToList(),
        _ => value.ToString() ?? string.Empty,
    };
}
