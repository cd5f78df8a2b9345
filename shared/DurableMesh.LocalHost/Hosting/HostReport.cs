using DurableMesh.TaskHub;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>Says in one line where the host listens and what it runs on, and at the end what made it stop.</summary>
internal sealed partial class HostReport(
    HostAddress address,
    IReadOnlyList<LocalFunction> functions,
    StorageConnection storage,
    IOptions<TaskHubOptions> hub,
    IServiceProvider services,
    ILogger<HostReport> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        LogListening(address.Url, functions.Count, hub.Value.HubName, storage.ToString());
        foreach (var function in functions)
        {
            LogFunction(function.Name, function.Route is { } route
                ? $"{(route.Methods.Count == 0 ? "any method" : string.Join(' ', route.Methods))} /{route.Text}"
                : function.Trigger.GetType().Name.Replace("TriggerAttribute", "", StringComparison.Ordinal));
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        LogStopping();
        foreach (var failed in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (failed.ExecuteTask?.Exception?.InnerException is { } error)
            {
                // The host stops for it, but leaves the process with the exit code of success.
                Environment.ExitCode = 1;
                LogFailed(error, failed.GetType().Name);
            }
        }

        return Task.CompletedTask;
    }
}
