using System.Reflection;

namespace Microsoft.DurableTask;

/// <summary>
/// The orchestrators and activities of an app, by name. Names ignore case; a name can be taken once by an orchestrator and once
/// by an activity.
/// </summary>
public sealed partial class DurableTaskRegistry
{
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskOrchestrator>> _orchestrators = [];
    private readonly Dictionary<TaskName, Func<IServiceProvider, ITaskActivity>> _activities = [];

    /// <summary>The orchestrators, each with what makes it for one execution.</summary>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskOrchestrator>>> GetOrchestrators() => _orchestrators;

    /// <summary>The activities, each with what makes it for one run.</summary>
    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskActivity>>> GetActivities() => _activities;

    private DurableTaskRegistry Add<T>(
        Dictionary<TaskName, Func<IServiceProvider, T>> tasks, TaskName name, Func<IServiceProvider, T> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (name == default)
        {
            throw new ArgumentException($"An {typeof(T).Name} needs a name.", nameof(name));
        }

        return tasks.TryAdd(name, factory)
            ? this
            : throw new ArgumentException($"An {typeof(T).Name} named '{name}' is already registered.", nameof(name));
    }

    private static TaskName NameOf(Type type) =>
        type.GetCustomAttribute<DurableTaskAttribute>() is { Name: var name } && name != default ? name : new TaskName(type.Name);

    private static void RequireConcrete<T>(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!type.IsClass || type.IsAbstract || !typeof(T).IsAssignableFrom(type))
        {
            throw new ArgumentException($"'{type}' is no concrete class that implements {typeof(T).Name}.", nameof(type));
        }
    }

    // The overloads without input or output go through these two, as functions that take or answer null.
    private static Func<TContext, object?, Task<TOutput>> IgnoreInput<TContext, TOutput>(Func<TContext, Task<TOutput>> code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return (context, _) => code(context);
    }

    private static Func<TContext, TInput, Task<object?>> AnswerNull<TContext, TInput>(Func<TContext, TInput, Task> code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return async (context, input) =>
        {
            await code(context, input);
            return null;
        };
    }
}
