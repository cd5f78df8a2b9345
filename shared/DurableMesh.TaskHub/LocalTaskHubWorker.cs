using DurableMesh.TaskHub;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;

namespace DurableMesh.TaskHub;

/// <summary>Durable Task's worker that runs the hub in this process.</summary>
internal sealed class LocalTaskHubWorker : DurableTaskWorker
{
    private readonly LocalTaskHub _hub;

    public LocalTaskHubWorker(string name, IDurableTaskFactory factory, LocalTasks tasks, LocalTaskHub hub)
        : base(name, factory)
    {
        tasks.Register(factory);
        _hub = hub;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _hub.RunAsync(stoppingToken);
}
