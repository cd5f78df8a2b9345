using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>Puts the engine into a host.</summary>
internal static class TaskHubServices
{
    /// <summary>
    /// Adds the task hub, its client and its background service. Needs <see cref="DurableTaskRegistry"/>, <see
    /// cref="DataConverter"/>, <see cref="Storage.IHubStorage"/> and <see cref="TaskHubOptions"/> in the container.
    /// </summary>
    public static IServiceCollection AddLocalTaskHub(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new LocalTaskHub(
            provider.GetRequiredService<Storage.IHubStorage>(),
            provider.GetRequiredService<IOptions<TaskHubOptions>>(),
            provider.GetRequiredService<DurableTaskRegistry>(),
            provider.GetRequiredService<DataConverter>(),
            provider.GetRequiredService<TimeProvider>(),
            provider,
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ITaskHubStatus>(provider => provider.GetRequiredService<LocalTaskHub>());
        services.AddHostedService(provider => provider.GetRequiredService<LocalTaskHub>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LocalDurableTaskClient>(provider, "local"));
        services.AddSingleton<DurableTaskClient>(provider => provider.GetRequiredService<LocalDurableTaskClient>());
        services.AddSingleton<IDurableTaskClientProvider>(provider => provider.GetRequiredService<LocalDurableTaskClient>());
        return services;
    }
}
