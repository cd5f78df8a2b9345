using Microsoft.Extensions.Hosting;

namespace DurableMesh.Functions.Store;

/// <summary>
/// Opens the store when the host starts, without holding the start up while the storage is away, and looks for what other hosts
/// wrote: each second, and ten times a second while somebody has begun to wait for news lately.
/// </summary>
internal sealed partial class StoreService(
    BlobThreadLog threads, BlobBodyStore bodies, TimeProvider time, ILogger<StoreService> logger) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private const int TicksWithoutListener = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        threads.Start();
        bodies.Start();
        if (!threads.SharedByHosts)
        {
            return;
        }

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
