using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using DurableMesh.Dashboard.Engine;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Dashboard;

/// <summary>The page of the engine.</summary>
public sealed class EnginePageFunction(
    DashboardPages pages, HealthFunction health, EventStreams streams, IThreadLog log, TimeProvider time)
{
    private const int MostInstances = 2_000;
    private const double Mebibyte = 1024 * 1024;

    /// <summary><c>GET /engine</c>.</summary>
    [Function(PageNames.Prefix + "Engine")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "engine")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var report = ((JsonAnswer<HealthReport>)await health.RunAsync(request, client, cancellation)).Value;
        var (instances, isAll) = await CountAsync(client, cancellation);
        return await pages.ShowAsync<EnginePage>(request, ("Model", new EngineModel(
            report.Healthy,
            [.. report.Dependencies.Select(one => new EnginePart(one.Name, one.Healthy, one.Detail))],
            EngineReading.Take(),
            HostFigures(),
            instances,
            isAll)));
    }

    private static async Task<(IReadOnlyList<InstanceCount> Counts, bool IsAll)> CountAsync(
        DurableTaskClient client, CancellationToken cancellation)
    {
        var counts = new SortedDictionary<(string Name, string State), int>();
        var looked = 0;
        var running = new OrchestrationQuery(Statuses:
        [
            OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended,
        ]);
        await foreach (var instance in client.GetAllInstancesAsync(running).WithCancellation(cancellation))
        {
            var key = (instance.Name, Formats.Words(instance.RuntimeStatus));
            counts[key] = counts.GetValueOrDefault(key) + 1;
            if (++looked == MostInstances)
            {
                break;
            }
        }

        return ([.. counts.Select(one => new InstanceCount(one.Key.Name, one.Key.State, one.Value))], looked < MostInstances);
    }

    private static DateTimeOffset StartOf()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime.ToUniversalTime();
    }

    private IReadOnlyList<EngineFigure> HostFigures() =>
    [
        new("Version", typeof(EnginePageFunction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "–"),
        new("Runs for", Formats.Duration(time.GetUtcNow() - StartOf())),
        new("Memory", string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet / Mebibyte:N0} MiB")),
        new("Open streams", Formats.Number(streams.Count)),
        new("Written again after the storage forgot it", Formats.Number(log.TimesWrittenAgain)),
    ];
}
