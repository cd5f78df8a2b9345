using DurableMesh.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Tests.Differential;

/// <summary>A program with a Durable Task worker and client, on the one backend or the other, that runs orchestrations.</summary>
internal sealed class TaskProgram : IAsyncDisposable
{
    private readonly IHost _host;

    private TaskProgram(
        Action<DurableTaskRegistry, Func<DurableTaskClient>> tasks,
        Action<IDurableTaskWorkerBuilder> useInWorker,
        Action<IDurableTaskClientBuilder> useInClient)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddDurableTaskWorker(worker =>
        {
            worker.AddTasks(registry => tasks(registry, () => Client));
            useInWorker(worker);
        });
        builder.Services.AddDurableTaskClient(client =>
        {
            useInClient(client);
            client.RegisterDirectly();
        });
        _host = builder.Build();
    }

    private DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();

    /// <summary>A program on the official backend.</summary>
    public static TaskProgram On(Sidecar sidecar, Action<DurableTaskRegistry, Func<DurableTaskClient>> tasks) =>
        new(tasks, worker => worker.UseGrpc(sidecar.Address), client => client.UseGrpc(sidecar.Address));

    /// <summary>A program on our engine, over a storage in memory.</summary>
    public static TaskProgram OnOurs(Action<DurableTaskRegistry, Func<DurableTaskClient>> tasks) => new(
        tasks,
        worker => worker.UseLocalTaskHub(hub => (hub.Memory, hub.PartitionCount) = (new TaskHubMemory(), 2)),
        client => client.UseLocalTaskHub());

    /// <summary>Runs orchestrations, side by side, until they have ended.</summary>
    public async Task RunAsync(IEnumerable<OrchestrationStart> starts, CancellationToken cancellation)
    {
        await _host.StartAsync(cancellation);
        await Task.WhenAll(starts.Select(start => RunAsync(start, cancellation)));
    }

    /// <summary>What became of an instance.</summary>
    public async Task<Outcome> OutcomeAsync(string id, CancellationToken cancellation) =>
        Outcome.Of(id, await Client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellation));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task RunAsync(OrchestrationStart start, CancellationToken cancellation)
    {
        await Client.ScheduleNewOrchestrationInstanceAsync(
            start.Name, start.Input, new StartOrchestrationOptions(start.Id), cancellation);
        await Client.WaitForInstanceCompletionAsync(start.Id, cancellation);
    }
}

/// <summary>An orchestration that is to be run.</summary>
internal sealed record OrchestrationStart(string Name, string Id, object Input);
