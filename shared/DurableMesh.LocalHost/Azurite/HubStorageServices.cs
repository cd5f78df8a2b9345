using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>Puts the hub's storage into the container.</summary>
internal static class HubStorageServices
{
    /// <summary>
    /// Registers the <see cref="IHubStorage"/> that the configuration key <c>AzureWebJobsStorage</c> names (the development
    /// storage when it names none), with an Azurite of its own where that is what is needed.
    /// </summary>
    public static IServiceCollection AddHubStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new EmbeddedAzurite(
            DevelopmentStorage.EndpointOf(ConnectionString(provider)),
            AzuriteInstallation.Find(Environment.CurrentDirectory, AppContext.BaseDirectory),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EmbeddedAzurite>>()));
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddedAzurite>());
        services.AddSingleton<IHubStorage>(provider => new AzureHubStorage(
            HubContainer.Open(
                ConnectionString(provider), provider.GetRequiredService<IOptions<TaskHubOptions>>().Value.HubName),
            provider.GetRequiredService<EmbeddedAzurite>().ReadyAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<AzureHubStorage>>()));
        return services;
    }

    private static string ConnectionString(IServiceProvider provider)
    {
        var configured = provider.GetRequiredService<IConfiguration>()[DevelopmentStorage.Key];
        return string.IsNullOrWhiteSpace(configured) ? DevelopmentStorage.Default : configured;
    }
}
