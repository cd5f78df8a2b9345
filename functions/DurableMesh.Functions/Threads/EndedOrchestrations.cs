using DurableMesh.Core.Wire;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Purges the orchestrations of threads that ended a while ago: the store has all that they did, so the task hub, and what a
/// start reads of it, stays as small as the work of a day.
/// </summary>
/// <remarks>For a hub in this process. A Functions host's hub is purged by its own means.</remarks>
public sealed partial class EndedOrchestrations(
    IThreadLog log,
    StoppedThreads stopped,
    TaskHubCalls hub,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<EndedOrchestrations> logger,
    IHubTerm? term = null,
    DurableTaskClient? client = null) : BackgroundService
{
    private const int PageSize = 100;
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (client is null || term is null)
        {
            return;
        }

        await Task.Delay(FirstLook, time, stoppingToken);
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Purges what there is to purge; answers how many orchestrations that were. Never fails.</summary>
    internal async Task<int> LookAsync(CancellationToken cancellation)
    {
        var purged = 0;
        if (client is null || term?.Current is null)
        {
            return purged;
        }

        try
        {
            var until = time.GetUtcNow() - options.Value.Retention.Orchestrations;
            await foreach (var page in hub.ListPagesAsync(client, EndedBefore(until), cancellation))
            {
                foreach (var instance in page)
                {
                    purged += await TryPurgeAsync(client, instance, until, cancellation) ? 1 : 0;
                }

                if (term.Current is null)
                {
                    break;
                }

                await Task.Delay(Pause, time, cancellation);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogNotPurged(e.Message);
        }

        if (purged > 0)
        {
            LogPurged(purged);
        }

        return purged;
    }

    private static OrchestrationQuery EndedBefore(DateTimeOffset until) => new(
        CreatedTo: until,
        PageSize: PageSize,
        Statuses:
        [
            OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
        ]);

    private async Task<bool> TryPurgeAsync(
        DurableTaskClient client, OrchestrationMetadata instance, DateTimeOffset until, CancellationToken cancellation)
    {
        if (ThreadOf(instance) is not { } threadId
            || (await log.FindAsync(threadId, cancellation))?.View is not { State: ThreadPhase.Ended } thread
            || thread.EndedAt > until)
        {
            return false;
        }

        if (instance.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        {
            // It may have been stopped on its way from the end to its evidence.
            await stopped.EndAsync(client, threadId, cancellation);
        }

        await hub.PurgeAsync(client, instance.InstanceId, cancellation);
        return true;
    }

    /// <summary>The thread that an orchestration is about; null where it is about something else.</summary>
    private static string? ThreadOf(OrchestrationMetadata instance) => instance.Name switch
    {
        nameof(ThreadOrchestrator) => instance.InstanceId,
        nameof(ReplyOrchestrator) => ReplyOrchestrator.ThreadOf(instance.InstanceId),
        _ => null,
    };

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Count} orchestrations of threads that have ended were purged from the task hub.")]
    private partial void LogPurged(int count);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Orchestrations of ended threads are not purged yet; they are in an hour: {Reason}")]
    private partial void LogNotPurged(string reason);
}
