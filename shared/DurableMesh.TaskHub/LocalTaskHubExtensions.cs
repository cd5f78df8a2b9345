using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
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
    public static IDurableTaskWorkerBuilder UseLocalTaskHub(
        this IDurableTaskWorkerBuilder builder, Action<TaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        return builder.UseBuildTarget<LocalTaskHubWorker>();
    }

    /// <summary>Talks to the task hub of this process.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets up the hub.</param>
    public static IDurableTaskClientBuilder UseLocalTaskHub(
        this IDurableTaskClientBuilder builder, Action<TaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        return builder.UseBuildTarget<LocalDurableTaskClient>();
    }

    private static void AddHub(IServiceCollection services, Action<TaskHubOptions>? configure)
    {
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(LocalTaskHub)))
        {
            return;
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LocalTasks>();
        services.TryAddSingleton(OpenStorage);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TaskHubOptions>, TaskHubOptionsValidator>());
        services.AddSingleton(provider =>
        {
            var tasks = provider.GetRequiredService<LocalTasks>();
            var worker = provider.GetRequiredService<IOptions<DurableTaskWorkerOptions>>().Value;
            return new LocalTaskHub(
                provider.GetRequiredService<IHubStorage>(),
                provider.GetRequiredService<IOptions<TaskHubOptions>>(),
                tasks.FindOrchestrator,
                tasks.FindActivity,
                worker.DataConverter,
                provider.GetRequiredService<TimeProvider>(),
                provider,
                provider.GetRequiredService<ILoggerFactory>());
        });
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
