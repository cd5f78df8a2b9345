using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>What all partitions of a hub share.</summary>
/// <param name="Tasks">The program's orchestrators and activities.</param>
/// <param name="Activities">Runs activities.</param>
/// <param name="Metrics">Counts and measures.</param>
/// <param name="Converter">Turns values to text and back.</param>
/// <param name="Time">The clock.</param>
/// <param name="Scheduler">Where the partitions' loops run: the thread pool, or a simulation's single thread.</param>
/// <param name="LoggerFactory">For the engine's and the orchestrators' loggers.</param>
/// <param name="NewExecutionId">Makes ids for executions.</param>
/// <param name="Options">How the hub runs.</param>
internal sealed record PartitionServices(
    LocalTasks Tasks,
    ActivityDispatcher Activities,
    EngineMetrics Metrics,
    DataConverter Converter,
    TimeProvider Time,
    TaskScheduler Scheduler,
    ILoggerFactory LoggerFactory,
    Func<string> NewExecutionId,
    TaskHubOptions Options);
