using DurableMesh.LocalHost.Engine;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;

namespace DurableMesh.LocalHost;

/// <summary>Durable Task's worker that runs the hub in this process.</summary>
internal sealed class LocalTaskHubWorker : DurableTaskWorker
{
    private readonly TaskHub _hub;

    public LocalTaskHubWorker(string name, IDurableTaskFactory factory, LocalTasks tasks, TaskHub hub)
        : base(name, factory)
    {
        tasks.Register(factory);
        _hub = hub;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _hub.RunAsync(stoppingToken);
}
