using System.Collections.Concurrent;
using DurableMesh.TaskHub.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>The tasks of the program's worker, as the engine asks for them.</summary>
internal sealed class LocalTasks(IServiceProvider services, IOptions<DurableTaskWorkerOptions> options)
{
    private readonly ConcurrentDictionary<string, ActivityTypes?> _activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly DurableTaskWorkerOptions.VersioningOptions? _versioning = options.Value.Versioning;
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
    /// <exception cref="TaskRefusedException">This worker does not run the version.</exception>
    /// <remarks>Of several versions of one name only the factory's internal interface knows.</remarks>
    public ITaskOrchestrator? FindOrchestrator(string name, string version)
    {
        if (_versioning is { } versioning && !Matches(versioning, version))
        {
            throw new TaskRefusedException(
                TaskRefusedException.WrongVersion,
                $"The orchestration has version '{version}', the worker runs '{versioning.Version}' ({versioning.MatchStrategy}).");
        }

        return _factory!.TryCreateOrchestrator(name, services, out var orchestrator) ? orchestrator : null;
    }

    private static bool Matches(DurableTaskWorkerOptions.VersioningOptions versioning, string version) =>
        versioning.MatchStrategy switch
        {
            DurableTaskWorkerOptions.VersionMatchStrategy.Strict =>
                TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) == 0,
            DurableTaskWorkerOptions.VersionMatchStrategy.CurrentOrOlder =>
                TaskOrchestrationVersioningUtils.CompareVersions(version, versioning.Version) <= 0,
            _ => true,
        };

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
