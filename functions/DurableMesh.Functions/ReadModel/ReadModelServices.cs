using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Puts the read model into the container.</summary>
internal static class ReadModelServices
{
    /// <summary>Registers the read model, and the search in it.</summary>
    public static IServiceCollection AddReadModel(this IServiceCollection services, IConfiguration configuration)
    {
        services.PostConfigure<MeshOptions>(options =>
        {
            options.ReadModel.Folder = options.ReadModel.Folder is { Length: > 0 } given
                ? given
                : ReadModelOptions.DefaultFolder(configuration);
        });
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<MeshOptions>>().Value;
            var account = provider.GetRequiredService<StorageConnection>().BlobServiceUri;
            return new ReadModelPlace(ReadModelOptions.FolderOf(options.ReadModel.Folder!, account, options.StoreContainer));
        });
        services.AddSingleton<ReadModelState>();
        services.AddSingleton<ISearchHealth>(provider => provider.GetRequiredService<ReadModelState>());
        services.AddSingleton<Snapshots>();
        services.AddSingleton<PastThreads>();
        services.AddSingleton<IPast>(provider => provider.GetRequiredService<PastThreads>());
        services.AddSingleton<LoggedSteps>();
        services.AddSingleton<IThreadSearch, ThreadSearch>();
        services.AddHostedService<ReadModelService>();
        services.AddHostedService<SnapshotService>();
        return services;
    }
}
