using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Functions.Leases;

/// <summary>Removes, once a minute, the leases of threads that have ended: nobody can claim anything there any more.</summary>
internal sealed partial class LeaseSweep(ILeaseStore leases, IThreadLog log, TimeProvider time, ILogger<LeaseSweep> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await leases.SweepAsync(
                    async threadId => await log.FindAsync(threadId, stoppingToken) is { View.State: ThreadPhase.Ended },
                    stoppingToken);
            }
            catch (StoreUnavailableException e)
            {
                LogNotSwept(e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Leases of ended threads are not removed yet: {Reason}")]
    private partial void LogNotSwept(string reason);
}
