namespace Microsoft.DurableTask;

/// <content>The ways to add an orchestrator.</content>
public sealed partial class DurableTaskRegistry
{
    /// <summary>Adds what <paramref name="factory"/> makes under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="factory">Makes the orchestrator for each execution.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Func<ITaskOrchestrator> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Add(_orchestrators, name, _ => factory());
    }

    /// <summary>Adds a class under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The class, with a constructor without parameters.</param>
    /// <exception cref="ArgumentException">The name is taken or empty, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, Type type)
    {
        RequireConcrete<ITaskOrchestrator>(type);
        return AddOrchestrator(name, () => (ITaskOrchestrator)Activator.CreateInstance(type)!);
    }

    /// <summary>Adds a class under its own name, or the one that its <see cref="DurableTaskAttribute"/> gives.</summary>
    /// <param name="type">The class, with a constructor without parameters.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddOrchestrator(Type type)
    {
        RequireConcrete<ITaskOrchestrator>(type);
        return AddOrchestrator(NameOf(type), type);
    }

    /// <summary>Adds a class under a name.</summary>
    /// <typeparam name="TOrchestrator">The class, with a constructor without parameters.</typeparam>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">The name is taken or empty, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>(TaskName name)
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(name, typeof(TOrchestrator));

    /// <summary>Adds a class under its own name, or the one that its <see cref="DurableTaskAttribute"/> gives.</summary>
    /// <typeparam name="TOrchestrator">The class, with a constructor without parameters.</typeparam>
    /// <exception cref="ArgumentException">The name is taken, or the class is none that can be made.</exception>
    public DurableTaskRegistry AddOrchestrator<TOrchestrator>()
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(typeof(TOrchestrator));

    /// <summary>Adds an object under a name; it serves all executions at once.</summary>
    /// <param name="name">The name.</param>
    /// <param name="orchestrator">The object.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestrator(TaskName name, ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(name, () => orchestrator);
    }

    /// <summary>Adds an object under its class's name; it serves all executions at once.</summary>
    /// <param name="orchestrator">The object.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public DurableTaskRegistry AddOrchestrator(ITaskOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(NameOf(orchestrator.GetType()), orchestrator);
    }

    /// <summary>Adds a function under a name.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="orchestrator">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(
        TaskName name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        AddOrchestrator(name, FuncTaskOrchestrator.Create(orchestrator));

    /// <inheritdoc cref="AddOrchestratorFunc{TInput, TOutput}(TaskName, Func{TaskOrchestrationContext, TInput, Task{TOutput}})"/>
    public DurableTaskRegistry AddOrchestratorFunc<TInput, TOutput>(
        TaskName name, Func<TaskOrchestrationContext, TInput, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<TInput, TOutput>(name, (context, input) => Task.FromResult(orchestrator(context, input)));
    }

    /// <summary>Adds a function without output under a name.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="orchestrator">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestratorFunc<TInput>(
        TaskName name, Func<TaskOrchestrationContext, TInput, Task> orchestrator) =>
        AddOrchestratorFunc(name, AnswerNull(orchestrator));

    /// <summary>Adds a function without input under a name.</summary>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="name">The name.</param>
    /// <param name="orchestrator">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestratorFunc<TOutput>(
        TaskName name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator) =>
        AddOrchestratorFunc(name, IgnoreInput(orchestrator));

    /// <summary>Adds a function without input and output under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="orchestrator">The function.</param>
    /// <exception cref="ArgumentException">The name is taken or empty.</exception>
    public DurableTaskRegistry AddOrchestratorFunc(TaskName name, Func<TaskOrchestrationContext, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestratorFunc<object?>(name, (context, _) => orchestrator(context));
    }
}
