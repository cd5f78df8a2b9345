using System.Reflection;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>An app whose host does not run: its settings, and the storage that the host would use.</summary>
public sealed class StoppedHost : IAsyncDisposable
{
    /// <summary>The blob that says, in a container, that a restore into it has begun and is not over.</summary>
    public const string RestoreMarker = HubContainer.RestoreMarker;

    private readonly ServiceProvider _services;

    private StoppedHost(ServiceProvider services, IConfiguration configuration, FunctionHostSettings settings)
    {
        var hub = new TaskHubOptions();
        settings.ConfigureHub(hub);
        (_services, Configuration, Storage) = (services, configuration, settings.Storage);
        HubContainerName = HubContainer.NameOf(hub.HubName);
    }

    /// <summary>The settings.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>The storage account.</summary>
    public StorageConnection Storage { get; }

    /// <summary>The container that the task hub lies in.</summary>
    public string HubContainerName { get; }

    /// <summary>Reads the settings as the host would, and starts the Azurite that it would start.</summary>
    /// <param name="functions">The assembly of the app's functions.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<StoppedHost> OpenAsync(Assembly functions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(functions);
        LastWords.Enable();
        var web = LocalFunctionsHost.CreateWebBuilder(FunctionAppSource.OfProcess(functions), []);
        var settings = FunctionHostSettings.Read(web.Configuration);
        web.Services.AddSingleton(settings.Storage);
        var services = web.Services.BuildServiceProvider();
        try
        {
            await services.GetRequiredService<EmbeddedAzurite>().ReadyAsync(cancellation);
            return new StoppedHost(services, web.Configuration, settings);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
