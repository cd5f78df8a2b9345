using System.Numerics;

using Microsoft.Extensions.Hosting;

namespace DurableMesh.LocalHost;

/// <summary>
/// Gives memory back when the host has become idle, and more and more rarely while it stays so. .NET collects when a program
/// allocates, so that one which has stopped to keeps what its last burst of work took; here most of that is instances that leave
/// the memory only after a while.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="allocated">How many bytes the process has allocated so far.</param>
/// <param name="collect">Collects, and gives free memory back to the system.</param>
internal sealed class IdleMemory(TimeProvider time, Func<long> allocated, Action collect) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    /// <summary>A host that allocates less than this in a period, in bytes, has nothing to do.</summary>
    public const long IdleBytes = 4 * 1024 * 1024;

    /// <summary>For this process.</summary>
    public IdleMemory(TimeProvider time)
        : this(
            time,
            () => GC.GetTotalAllocatedBytes(),
            () => GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        var before = allocated();
        var idlePeriods = 0u;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            idlePeriods = allocated() - before < IdleBytes ? idlePeriods + 1 : 0;
            if (BitOperations.IsPow2(idlePeriods))
            {
                collect();
            }

            before = allocated();
        }
    }
}
