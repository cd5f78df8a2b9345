using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>Puts the hub's storage into the container.</summary>
internal static class HubStorageServices
{
    /// <summary>
    /// Registers the <see cref="IHubStorage"/> in the account of the <see cref="StorageConnection"/>, with an Azurite of its own
    /// where that is what is needed.
    /// </summary>
    public static IServiceCollection AddHubStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new EmbeddedAzurite(
            provider.GetRequiredService<StorageConnection>(),
            AzuriteInstallation.Find(Environment.CurrentDirectory, AppContext.BaseDirectory),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EmbeddedAzurite>>()));
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddedAzurite>());
        services.AddSingleton(provider => new StorageStart(provider.GetRequiredService<EmbeddedAzurite>().ReadyAsync));
        services.AddSingleton<ISaveWitness>(provider => provider.GetRequiredService<EmbeddedAzurite>().Saves);
        services.AddOptions<TaskHubOptions>().Configure<StorageConnection>((hub, storage) => storage.Configure(hub));
        services.AddSingleton<IHubStorage>(provider => new AzureHubStorage(
            HubContainer.Open(provider.GetRequiredService<IOptions<TaskHubOptions>>().Value),
            provider.GetRequiredService<EmbeddedAzurite>().ReadyAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AzureHubStorage>>(),
            provider.GetRequiredService<ISaveWitness>()));
        return services;
    }
}
