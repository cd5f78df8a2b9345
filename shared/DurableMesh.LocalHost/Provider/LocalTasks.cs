using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>The tasks of the program's worker, as the engine asks for them.</summary>
internal sealed class LocalTasks(IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, ActivityTypes?> _activities = new(StringComparer.OrdinalIgnoreCase);
    private IDurableTaskFactory? _factory;

    /// <summary>Sets where tasks come from: there is one worker to a hub.</summary>
    public void Register(IDurableTaskFactory factory)
    {
        if (Interlocked.CompareExchange(ref _factory, factory, null) is not null)
        {
            throw new InvalidOperationException("This process has a worker for its task hub already.");
        }
    }

    /// <summary>An orchestrator for one execution.</summary>
    public ITaskOrchestrator? FindOrchestrator(string name) =>
        _factory!.TryCreateOrchestrator(name, services, out var orchestrator) ? orchestrator : null;

    /// <summary>An activity that has a service scope of its own.</summary>
    public ITaskActivity? FindActivity(TaskName name)
    {
        var types = _activities.GetOrAdd(name.Name, TypesOf);
        return types is null ? null : new Scoped(name, types, this);
    }

    private ActivityTypes? TypesOf(string name)
    {
        using var scope = services.CreateScope();
        return _factory!.TryCreateActivity(name, scope.ServiceProvider, out var activity)
            ? new ActivityTypes(activity.InputType, activity.OutputType)
            : null;
    }

    private sealed record ActivityTypes(Type Input, Type Output);

    private sealed class Scoped(TaskName name, ActivityTypes types, LocalTasks tasks) : ITaskActivity
    {
        public Type InputType => types.Input;

        public Type OutputType => types.Output;

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            await using var scope = tasks.ServiceScope();
            return tasks._factory!.TryCreateActivity(name, scope.ServiceProvider, out var activity)
                ? await activity.RunAsync(context, input)
                : throw new InvalidOperationException($"No activity named '{name}' is registered with this host.");
        }
    }

    private AsyncServiceScope ServiceScope() => services.CreateAsyncScope();
}
