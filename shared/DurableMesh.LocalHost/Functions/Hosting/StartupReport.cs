using DurableMesh.LocalHost.Engine;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost.Functions;

/// <summary>Says in one line where the host listens and what it runs on.</summary>
internal sealed partial class StartupReport(
    HostAddress address,
    IReadOnlyList<LocalFunction> functions,
    IConfiguration configuration,
    IOptions<TaskHubOptions> hub,
    ILogger<StartupReport> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        LogListening(address.Url, functions.Count, hub.Value.HubName, StorageName(configuration["AzureWebJobsStorage"]));
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
        return Task.CompletedTask;
    }

    /// <summary>The storage without its keys.</summary>
    private static string StorageName(string? connection)
    {
        var parts = (connection ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.FirstOrDefault(part => part.StartsWith("AccountName=", StringComparison.OrdinalIgnoreCase)) is { } account
            ? account["AccountName=".Length..]
            : parts.Contains("UseDevelopmentStorage=true", StringComparer.OrdinalIgnoreCase) ? "Azurite" : "as configured";
    }
}
