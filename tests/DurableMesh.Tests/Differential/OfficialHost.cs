using System.Net;
using System.Reflection;
using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing.Sidecar;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Differential;

/// <summary>Durable Task's own worker and client, over gRPC, on the sidecar of its own host for tests.</summary>
internal sealed class OfficialHost : IAsyncDisposable
{
    private readonly WebApplication _sidecar;
    private IHost? _worker;

    private OfficialHost()
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
        _sidecar = builder.Build();
        _sidecar.MapGrpcService<TaskHubGrpcServer>();
    }

    public DurableTaskClient Client => _worker!.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<OfficialHost> StartAsync(Action<DurableTaskRegistry, Func<DurableTaskClient>> tasks)
    {
        var host = new OfficialHost();
        await host._sidecar.StartAsync();
        string address = host._sidecar.Urls.Single();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddDurableTaskWorker(
            worker => worker.AddTasks(registry => tasks(registry, () => host.Client)).UseGrpc(address));
        builder.Services.AddDurableTaskClient(client => client.UseGrpc(address).RegisterDirectly());
        host._worker = builder.Build();
        await host._worker.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync();
            _worker.Dispose();
        }

        await _sidecar.DisposeAsync();
    }
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
