using Microsoft.Extensions.Hosting;

namespace DurableMesh.Functions.Store;

/// <summary>
/// Opens the store when the host starts, without holding the start up while the storage is away, and looks for what other hosts
/// wrote: each second, and ten times a second while somebody has begun to wait for news lately. It also has the store let go of
/// what was only worth keeping for a while.
/// </summary>
internal sealed partial class StoreService(
    IEnumerable<IStoreLog> logs, BlobThreadLog threads, TimeProvider time, ILogger<StoreService> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private const int TicksWithoutListener = 10;

    // Who follows a thread asks again within seconds; whoever comes later reads the storage.
    private static readonly TimeSpan TrimPeriod = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var log in logs)
        {
            log.Start();
        }

        var trimming = TrimAsync(stoppingToken);
        if (threads.SharedByHosts)
        {
            await WatchAsync(stoppingToken);
        }

        await trimming;
    }

    private async Task TrimAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TrimPeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var log in logs)
            {
                log.Trim();
            }
        }
    }

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 1; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            if (threads.HasListeners || tick % TicksWithoutListener == 0)
            {
                await RefreshAsync(stoppingToken);
            }
        }
    }

    private async Task RefreshAsync(CancellationToken stoppingToken)
    {
        try
        {
            await threads.PingAsync(stoppingToken);
        }
        catch (StoreUnavailableException e)
        {
            LogNotRefreshed(e.Message);
        }
    }
}
