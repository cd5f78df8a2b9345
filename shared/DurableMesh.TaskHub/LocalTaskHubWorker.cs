using DurableMesh.TaskHub.Orchestrations;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>Durable Task's worker that runs the hub in this process.</summary>
internal sealed class LocalTaskHubWorker : DurableTaskWorker
{
    private readonly LocalTaskHub _hub;

    /// <exception cref="NotSupportedException">The worker is set up for something that the hub does not do.</exception>
    public LocalTaskHubWorker(
        string name, IDurableTaskFactory factory, LocalTasks tasks, LocalTaskHub hub, IServiceProvider services)
        : base(name, factory)
    {
        if (services.GetRequiredService<IOptionsMonitor<DurableTaskRegistry>>().Get(name).GetEntities().Any())
        {
            throw new NotSupportedException(OrchestrationContext.NoEntities);
        }

#pragma warning disable CS0618 // Asked for only to say that it has no effect here.
        bool filters = services.GetService<IOrchestrationFilter>() is not null
            || services.GetRequiredService<IOptionsMonitor<DurableTaskWorkerOptions>>().Get(name).OrchestrationFilter is not null;
#pragma warning restore CS0618
        if (filters)
        {
            throw new NotSupportedException(
                "The local task hub asks no IOrchestrationFilter: nobody else could run what it refuses.");
        }

        tasks.Unversioned = factory;
        _hub = hub;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _hub.RunAsync(stoppingToken);
}
