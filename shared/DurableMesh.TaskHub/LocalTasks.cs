using System.Collections.Concurrent;
using System.Reflection;
using DurableMesh.TaskHub.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using VersioningOptions = Microsoft.DurableTask.Worker.DurableTaskWorkerOptions.VersioningOptions;
using VersionMatchStrategy = Microsoft.DurableTask.Worker.DurableTaskWorkerOptions.VersionMatchStrategy;

namespace DurableMesh.TaskHub;

/// <summary>The tasks of the program's worker, and its settings, as the engine asks for them.</summary>
/// <param name="registry">The orchestrators and activities.</param>
/// <param name="services">What activities are made from.</param>
/// <param name="options">The worker's settings.</param>
/// <remarks>
/// Which version a registration has, the registry tells nobody but the official worker. Here a task has the version of its
/// class's <see cref="DurableTaskAttribute"/>.
/// </remarks>
internal sealed class LocalTasks(
    DurableTaskRegistry registry, IServiceProvider services, DurableTaskWorkerOptions? options = null)
{
    private readonly ConcurrentDictionary<string, Registration<ITaskOrchestrator>[]> _orchestrators =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentDictionary<string, Registration<ITaskActivity>[]> _activities =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly VersioningOptions? _versioning = options?.Versioning;

    /// <summary>The official view of the registry, which finds what has no version; null where there is no worker.</summary>
    public IDurableTaskFactory? Unversioned { get; set; }

    /// <summary>The version of sub-orchestrations that are called without one.</summary>
    public string? DefaultVersion => _versioning?.DefaultVersion is { Length: > 0 } version ? version : null;

    /// <summary>Longer timers are split into parts of this length.</summary>
    public TimeSpan LongestTimer { get; } = (options ?? new DurableTaskWorkerOptions()).MaximumTimerInterval;

    /// <summary>Makes failures of exceptions.</summary>
    public Failures Failures { get; } = new(services.GetService<IExceptionPropertiesProvider>());

    /// <summary>
    /// Why the worker does not run tasks of a version; null where it does. Such an orchestration waits for a worker that does,
    /// or fails, as <see cref="FailsWrongVersions"/> says.
    /// </summary>
    public TaskFailureDetails? Refuse(string? version) => _versioning is null ? null : Mismatch(_versioning, version ?? "") switch
    {
        null => null,
        var message => new TaskFailureDetails(TaskRefusedException.WrongVersion, message, null, null, null),
    };

    /// <summary>Whether an orchestration of a version that the worker does not run fails.</summary>
    public bool FailsWrongVersions => _versioning?.FailureStrategy == DurableTaskWorkerOptions.VersionFailureStrategy.Fail;

    /// <summary>An orchestrator for one execution.</summary>
    /// <exception cref="TaskRefusedException">None has this name and version.</exception>
    public ITaskOrchestrator CreateOrchestrator(string name, string? version)
    {
        Registration<ITaskOrchestrator>[] found = _orchestrators.GetOrAdd(
            name,
            key => Registrations(
                key,
                "Orchestrator",
                registry.GetOrchestrators(),
                services,
                Unversioned?.TryCreateOrchestrator(key, services, out _) ?? true));
        return Choose(found, version)?.Create(services) ?? throw new TaskRefusedException(
            TaskRefusedException.NoOrchestrator,
            $"No orchestrator task named '{name}'{OfVersion(version)} was found. Was it renamed or removed while instances of it "
            + "were running?");
    }

    /// <summary>An activity that has a service scope of its own.</summary>
    /// <exception cref="TaskRefusedException">None has this name and version.</exception>
    public ITaskActivity FindActivity(TaskName name, string? version)
    {
        if (!_activities.TryGetValue(name.Name, out Registration<ITaskActivity>[]? found))
        {
            using IServiceScope scope = services.CreateScope();
            found = _activities.GetOrAdd(
                name.Name,
                Registrations(
                    name.Name,
                    "Activity",
                    registry.GetActivities(),
                    scope.ServiceProvider,
                    Unversioned?.TryCreateActivity(name, scope.ServiceProvider, out _) ?? true));
        }

        return Choose(found, version) is { } activity
            ? new ScopedActivity(activity, services)
            : throw new TaskRefusedException(
                TaskRefusedException.NoActivity, $"No activity task named '{name}'{OfVersion(version)} was found.");
    }

    private static string? Mismatch(VersioningOptions worker, string version)
    {
        int comparison = TaskOrchestrationVersioningUtils.CompareVersions(version, worker.Version);
        return worker.MatchStrategy switch
        {
            VersionMatchStrategy.Strict when comparison != 0 =>
                $"The orchestration version '{version}' does not match the worker version '{worker.Version}'.",
            VersionMatchStrategy.CurrentOrOlder when comparison > 0 =>
                $"The orchestration version '{version}' is greater than the worker version '{worker.Version}'.",
            _ => null,
        };
    }

    private static string OfVersion(string? version) => string.IsNullOrWhiteSpace(version) ? "" : $" with version '{version}'";

    /// <summary>The version that is asked for; a task without a version stands in for it only where it is alone.</summary>
    private static Registration<T>? Choose<T>(Registration<T>[] found, string? version)
        where T : class =>
        Array.Find(found, one => string.IsNullOrWhiteSpace(version)
            ? one.Version.Length == 0
            : one.Version.Equals(version, StringComparison.OrdinalIgnoreCase))
        ?? (found is [{ Version: "" } only] ? only : null);

    private static Registration<T>[] Registrations<T>(
        string name,
        string kind,
        IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, T>>> all,
        IServiceProvider services,
        bool hasUnversioned)
        where T : class
    {
        Registration<T>[] found =
        [
            .. all.Where(one => string.Equals(one.Key.Name, name, StringComparison.OrdinalIgnoreCase))
                .Select(one => new Registration<T>(one.Value, one.Value(services))),
        ];
        return found.Count(one => one.Version.Length == 0) <= (hasUnversioned ? 1 : 0)
            ? found
            : throw new InvalidOperationException(
                $"{kind} '{name}' is registered with a version that only the official worker can see: register a class with "
                + $"[DurableTask(\"{name}\", Version = \"…\")] for each version.");
    }

    /// <summary>A task as it was registered.</summary>
    /// <param name="Create">Makes one.</param>
    /// <param name="Version">Its version; empty for none.</param>
    /// <param name="Sample">One of them.</param>
    private sealed record Registration<T>(Func<IServiceProvider, T> Create, string Version, T Sample)
        where T : class
    {
        public Registration(Func<IServiceProvider, T> create, T sample)
            : this(create, sample.GetType().GetCustomAttribute<DurableTaskAttribute>()?.Version ?? "", sample)
        {
        }
    }

    private sealed class ScopedActivity(Registration<ITaskActivity> activity, IServiceProvider services) : ITaskActivity
    {
        public Type InputType => activity.Sample.InputType;

        public Type OutputType => activity.Sample.OutputType;

        public async Task<object?> RunAsync(TaskActivityContext context, object? input)
        {
            await using AsyncServiceScope scope = services.CreateAsyncScope();
            return await activity.Create(scope.ServiceProvider).RunAsync(context, input);
        }
    }
}
