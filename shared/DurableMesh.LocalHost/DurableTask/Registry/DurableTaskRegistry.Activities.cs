using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask;

/// <content>The ways to add an activity.</content>
public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds what <paramref name="factory"/> makes under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="factory">Makes the activity for each run, from the run's services.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, Func<IServiceProvider, ITaskActivity> factory) =>
        Add(_activities, name, factory);

    /// <summary>Adds a class under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The class, made from the run's services.</param>
    /// <exception cref="ArgumentException">The name is taken or empty, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, Type type)
    {
        RequireConcrete<ITaskActivity>(type);
        return AddActivity(name, services => (ITaskActivity)ActivatorUtilities.GetServiceOrCreateInstance(services, type));
    }

    /// <summary>Adds a class under its own name, or the one that its <see cref="DurableTaskAttribute"/> gives.</summary>
    /// <param name="type">The class, made from the run's services.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddActivity(Type type)
    {
        RequireConcrete<ITaskActivity>(type);
        return AddActivity(NameOf(type), type);
    }

    /// <summary>Adds a class under a name.</summary>
    /// <typeparam name="TActivity">The class, made from the run's services.</typeparam>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The name is taken or empty, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddActivity<TActivity>(TaskName name)
        where TActivity : class, ITaskActivity => AddActivity(name, typeof(TActivity));

    /// <summary>Adds a class under its own name, or the one that its <see cref="DurableTaskAttribute"/> gives.</summary>
    /// <typeparam name="TActivity">The class, made from the run's services.</typeparam>
    /// <exception cref="ArgumentException">The name is taken, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddActivity<TActivity>()
        where TActivity : class, ITaskActivity => AddActivity(typeof(TActivity));

    /// <summary>Adds an object under a name; it serves all executions at once.</summary>
    /// <param name="name">The name.</param>
    /// <param name="activity">The object.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivity(TaskName name, ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(name, _ => activity);
    }

    /// <summary>Adds an object under its class's name; it serves all executions at once.</summary>
    /// <param name="activity">The object.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public DurableTaskRegistry AddActivity(ITaskActivity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(NameOf(activity.GetType()), activity);
    }

    /// <summary>Adds a function under a name.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="activity">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(
        TaskName name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
        AddActivity(name, FuncTaskActivity.Create(activity));

    /// <inheritdoc cref="AddActivityFunc{TInput, TOutput}(TaskName, Func{TaskActivityContext, TInput, Task{TOutput}})"/>
    public DurableTaskRegistry AddActivityFunc<TInput, TOutput>(
        TaskName name, Func<TaskActivityContext, TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(activity(context, input)));
    }

    /// <summary>Adds a function without output under a name.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="activity">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivityFunc<TInput>(TaskName name, Func<TaskActivityContext, TInput, Task> activity) =>
        AddActivityFunc(name, AnswerNull(activity));

    /// <summary>Adds a function without input under a name.</summary>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="activity">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivityFunc<TOutput>(TaskName name, Func<TaskActivityContext, Task<TOutput>> activity) =>
        AddActivityFunc(name, IgnoreInput(activity));

    /// <summary>Adds a function without input and output under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="activity">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddActivityFunc(TaskName name, Func<TaskActivityContext, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivityFunc<object?>(name, (context, _) => activity(context));
    }
}
