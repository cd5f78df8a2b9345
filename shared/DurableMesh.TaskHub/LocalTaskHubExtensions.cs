using System.Diagnostics.Metrics;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>Lets Durable Task workers and clients of any program run on the local engine.</summary>
public static class LocalTaskHubExtensions
{
    /// <summary>Runs the worker's orchestrators and activities on the task hub of this process.</summary>
    /// <param name="builder">The worker.</param>
    /// <param name="configure">Sets up the hub.</param>
    /// <exception cref="InvalidOperationException">The process has another worker for the hub.</exception>
    public static IDurableTaskWorkerBuilder UseLocalTaskHub(
        this IDurableTaskWorkerBuilder builder, Action<TaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        if (builder.BuildTarget == typeof(LocalTaskHubWorker))
        {
            return builder;
        }

        if (builder.Services.Any(service => service.ServiceType == typeof(LocalTasks)))
        {
            throw new InvalidOperationException("This process has a worker for its task hub already: give that one all tasks.");
        }

        builder.Services.AddSingleton(provider => new LocalTasks(
            provider.GetRequiredService<IOptionsMonitor<DurableTaskRegistry>>().Get(builder.Name),
            provider,
            provider.GetRequiredService<IOptionsMonitor<DurableTaskWorkerOptions>>().Get(builder.Name)));
        builder.Services.AddSingleton(provider => new LocalTaskHub(
            provider.GetRequiredService<IHubStorage>(),
            provider.GetRequiredService<IOptions<TaskHubOptions>>(),
            provider.GetRequiredService<LocalTasks>(),
            provider.GetRequiredService<IOptionsMonitor<DurableTaskWorkerOptions>>().Get(builder.Name).DataConverter,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetService<IMeterFactory>()));
        builder.Services.AddSingleton<ITaskHubStatus>(provider => provider.GetRequiredService<LocalTaskHub>());
        return builder.UseBuildTarget<LocalTaskHubWorker>();
    }

    /// <summary>Talks to the task hub of this process, which needs a worker that uses it too.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets up the hub.</param>
    public static IDurableTaskClientBuilder UseLocalTaskHub(
        this IDurableTaskClientBuilder builder, Action<TaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        builder.Services.TryAddSingleton<LocalTaskHub>(_ => throw new InvalidOperationException(
            "The local task hub runs in the process that asks it: add a worker, AddDurableTaskWorker(worker => "
            + "worker.AddTasks(…).UseLocalTaskHub(…))."));
        return builder.UseBuildTarget<LocalDurableTaskClient>();
    }

    private static void AddHub(IServiceCollection services, Action<TaskHubOptions>? configure)
    {
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(OpenStorage);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TaskHubOptions>, TaskHubOptionsValidator>());
    }

    private static IHubStorage OpenStorage(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<TaskHubOptions>>().Value;
        return options.Memory is { } memory
            ? memory.Connect()
            : new AzureHubStorage(
                HubContainer.Open(options),
                _ => Task.CompletedTask,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<AzureHubStorage>>());
    }
}
