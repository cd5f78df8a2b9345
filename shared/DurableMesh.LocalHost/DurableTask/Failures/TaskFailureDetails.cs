using System.Reflection;

namespace Microsoft.DurableTask;

/// <summary>A failure as data: an exception that can be written into a history and read back where its type is unknown.</summary>
/// <param name="ErrorType">The exception's type, with its namespace and without its assembly.</param>
/// <param name="ErrorMessage">The exception's message.</param>
/// <param name="StackTrace">The exception's stack trace, if it had one.</param>
/// <param name="InnerFailure">What caused it, if anything.</param>
/// <param name="Properties">What else is known about it.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    /// <summary>The details of an exception and of its inner exceptions.</summary>
    /// <param name="exception">The exception.</param>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        // A failed task's own failure is the cause that people look for; the message of the wrapper says which task it was.
        TaskFailureDetails? inner = exception is TaskFailedException failed
            ? failed.FailureDetails
            : exception.InnerException is { } cause ? FromException(cause) : null;
        return new(exception.GetType().ToString(), exception.Message, exception.StackTrace, inner, null);
    }

    /// <summary>Whether the failure is a <typeparamref name="T"/> or derives from it.</summary>
    /// <typeparam name="T">The exception type asked for.</typeparam>
    /// <exception cref="AmbiguousMatchException">More than one assembly defines a type of that name.</exception>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <summary>
    /// Whether the failure is a <paramref name="targetBaseExceptionType"/> or derives from it. False where the failure's own type
    /// is not loaded here. Looks at this failure, not at <see cref="InnerFailure"/>.
    /// </summary>
    /// <param name="targetBaseExceptionType">The exception type asked for.</param>
    /// <exception cref="ArgumentException">The type is no exception type.</exception>
    /// <exception cref="AmbiguousMatchException">More than one assembly defines a type of that name.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
        {
            throw new ArgumentException($"'{targetBaseExceptionType}' is no exception type.", nameof(targetBaseExceptionType));
        }

        return !string.IsNullOrEmpty(ErrorType)
            && targetBaseExceptionType.IsAssignableFrom(FindErrorType(targetBaseExceptionType));
    }

    /// <summary>The type and the message, for a log line.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private Type? FindErrorType(Type target)
    {
        if ((Type.GetType(ErrorType) ?? target.Assembly.GetType(ErrorType)) is { } known)
        {
            return known;
        }

        // Distinct: an assembly also finds the types that it forwards to another one.
        Type[] found =
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType)).OfType<Type>().Distinct(),
        ];
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new AmbiguousMatchException($"More than one loaded assembly defines an exception type '{ErrorType}'.");
    }
}
