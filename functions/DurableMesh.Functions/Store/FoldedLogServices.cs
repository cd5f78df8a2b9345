using DurableMesh.Core.Changes;
using DurableMesh.Core.Organisations;
using DurableMesh.Functions.Organisations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Store;

/// <summary>Registers folded logs.</summary>
internal static class FoldedLogServices
{
    /// <summary>Registers a state that all hosts share.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="folder">The log's name.</param>
    /// <param name="seed">What the state begins with, out of the organisation file; null for nothing.</param>
    public static IServiceCollection AddFoldedLog<TState, TChange>(
        this IServiceCollection services, string folder, Func<Organisation, TChange?>? seed = null)
        where TState : class, IFolded<TState, TChange>
        where TChange : class
    {
        services.AddSingleton(provider => new FoldedLog<TState, TChange>(
            provider.GetRequiredService<IBlobs>(),
            folder,
            provider.GetRequiredService<IOptions<MeshOptions>>().Value.Store.Patience,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FoldedLog<TState, TChange>>>())
        {
            Seed = seed?.Invoke(provider.GetRequiredService<OrganisationFile>().Organisation),
            Follower = provider.GetService<IFoldFollower<TState, TChange>>(),
        });
        return services.AddSingleton<IStoreLog>(provider => provider.GetRequiredService<FoldedLog<TState, TChange>>());
    }
}
