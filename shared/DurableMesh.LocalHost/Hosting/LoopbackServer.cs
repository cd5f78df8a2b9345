using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>
/// Kestrel with two habits of this host: it says what to do about a taken port, and it does not wait long for the last requests.
/// </summary>
internal sealed class LoopbackServer(IServer kestrel, FunctionHostSettings settings, TimeProvider time) : IServer
{
    /// <summary>How long requests may take to end when the host stops; the engine needs the rest of the time to flush.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    public IFeatureCollection Features => kestrel.Features;

    /// <summary>Puts this server round the one that is registered.</summary>
    public static void Wrap(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        services.AddSingleton<IServer>(provider =>
            ActivatorUtilities.CreateInstance<LoopbackServer>(provider, ActivatorUtilities.CreateInstance(provider, inner)));
    }

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        try
        {
            await kestrel.StartAsync(application, cancellationToken);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw new FunctionAppException(
                $"Port {settings.Port} on 127.0.0.1 is taken. Stop what listens there, or choose another port with --port.",
                error);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var drain = new CancellationTokenSource(DrainTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, cancellationToken);
        await kestrel.StopAsync(either.Token);
    }

    public void Dispose() => kestrel.Dispose();
}
