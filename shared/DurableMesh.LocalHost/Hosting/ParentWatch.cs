using System.ComponentModel;
using System.Diagnostics;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

/// <summary>
/// Stops the host when the program is gone that it was started for, however that ended: nobody would stop it any more.
/// </summary>
/// <param name="parent">That program's process id.</param>
/// <param name="isRunning">Whether a process runs.</param>
/// <param name="lifetime">Stops the host.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears why.</param>
internal sealed partial class ParentWatch(
    int parent, Func<int, bool> isRunning, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ParentWatch> logger)
    : BackgroundService
{
    /// <summary>The setting with the process id: <c>Host__Parent</c>. Without it the host lives for itself.</summary>
    public const string Key = "Host:Parent";

    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>Whether a process runs on this machine.</summary>
    /// <param name="id">Its id.</param>
    public static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
        catch (Win32Exception)
        {
            // It is there, and somebody else's.
            return true;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!isRunning(parent))
            {
                LogGone(parent);
                lifetime.StopApplication();
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Process {Parent}, which this host was started for, is gone; stopping.")]
    private partial void LogGone(int parent);
}
