using DurableMesh.LocalHost.Engine;
using DurableMesh.LocalHost.Storage;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>Lets Durable Task workers and clients of any program run on the local engine.</summary>
public static class LocalTaskHubExtensions
{
    /// <summary>Runs the worker's orchestrators and activities on the task hub of this process.</summary>
    /// <param name="builder">The worker.</param>
    /// <param name="configure">Sets up the hub.</param>
    public static IDurableTaskWorkerBuilder UseLocalTaskHub(
        this IDurableTaskWorkerBuilder builder, Action<LocalTaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        return builder.UseBuildTarget<LocalTaskHubWorker>();
    }

    /// <summary>Talks to the task hub of this process.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets up the hub.</param>
    public static IDurableTaskClientBuilder UseLocalTaskHub(
        this IDurableTaskClientBuilder builder, Action<LocalTaskHubOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddHub(builder.Services, configure);
        return builder.UseBuildTarget<LocalDurableTaskClient>();
    }

    private static void AddHub(IServiceCollection services, Action<LocalTaskHubOptions>? configure)
    {
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(TaskHub)))
        {
            return;
        }

        var chosen = new LocalTaskHubOptions();
        configure?.Invoke(chosen);
        if (chosen.Memory is { } memory)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<IHubStorage>(_ => memory.Connect());
        }
        else
        {
            services.AddHubStorage();
        }

        services.TryAddSingleton<LocalTasks>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<LocalTaskHubOptions>>().Value;
            var worker = provider.GetService<IOptions<DurableTaskWorkerOptions>>()?.Value;
            var tasks = provider.GetRequiredService<LocalTasks>();
            var hub = Options.Create(new TaskHubOptions
            {
                HubName = options.HubName,
                PartitionCount = options.PartitionCount,
                MaxConcurrentActivities = worker?.Concurrency.MaximumConcurrentActivityWorkItems ?? 512,
            });
            return new TaskHub(
                provider.GetRequiredService<IHubStorage>(),
                hub,
                tasks.FindOrchestrator,
                tasks.FindActivity,
                worker?.DataConverter ?? Microsoft.DurableTask.Converters.JsonDataConverter.Default,
                provider.GetRequiredService<TimeProvider>(),
                provider,
                provider.GetRequiredService<ILoggerFactory>());
        });
    }
}

/// <summary>Which task hub a program of its own runs.</summary>
public sealed class LocalTaskHubOptions
{
    /// <summary>The hub's name: 3-45 letters and digits, the first a letter.</summary>
    public string HubName { get; set; } = "local";

    /// <summary>Into how many partitions a new hub is split, 1-16.</summary>
    public int PartitionCount { get; set; } = 1;

    /// <summary>Keeps the hub in this process's memory; null keeps it in the storage that is configured.</summary>
    public LocalTaskHubMemory? Memory { get; set; }
}

/// <summary>A task hub's storage in memory. Hosts that share it see the same instances and take over from one another.</summary>
public sealed class LocalTaskHubMemory
{
    private readonly InMemoryHubStorage _storage = new(TimeProvider.System);

    internal InMemoryHubConnection Connect() => _storage.Connect();
}
