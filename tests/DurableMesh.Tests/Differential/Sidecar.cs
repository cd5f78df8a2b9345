using System.Net;
using System.Reflection;
using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask.Testing.Sidecar;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Differential;

/// <summary>What stands behind Durable Task's own worker and client: the sidecar of its host for tests, over gRPC.</summary>
internal sealed class Sidecar : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Sidecar()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var service = new InMemoryOrchestrationService();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Unhurried.Of(service));
        builder.Services.AddSingleton<IOrchestrationServiceClient>(service);
        builder.Services.AddSingleton<TaskHubGrpcServer>();
        _app = builder.Build();
        _app.MapGrpcService<TaskHubGrpcServer>();
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.Single();

    public static async Task<Sidecar> StartAsync()
    {
        var sidecar = new Sidecar();
        await sidecar._app.StartAsync();
        return sidecar;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>
/// The sidecar's store with room for many work items. Its own limit is the number of processors, and its dispatchers sleep for
/// half a second wherever they meet it.
/// </summary>
public class Unhurried : DispatchProxy
{
    private const int Room = 1_000;

    private object _inner = null!;

    internal static IOrchestrationService Of(IOrchestrationService inner)
    {
        IOrchestrationService proxy = Create<IOrchestrationService, Unhurried>();
        ((Unhurried)(object)proxy)._inner = inner;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        $"get_{nameof(IOrchestrationService.MaxConcurrentTaskOrchestrationWorkItems)}" => Room,
        $"get_{nameof(IOrchestrationService.MaxConcurrentTaskActivityWorkItems)}" => Room,
        _ => targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null),
    };
}
