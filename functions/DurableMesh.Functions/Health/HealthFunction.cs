using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Health;

/// <summary>Says whether the mesh is live and ready, the storage included.</summary>
public sealed class HealthFunction(
    IThreadLog log,
    IStoreHealth store,
    StoreComparison comparison,
    ISearchHealth search,
    IAgentDirectory agents,
    IOptions<MeshOptions> options,
    TimeProvider time)
{
    /// <summary>The function's name: the only one that asks nobody who they are.</summary>
    public const string Name = "GetHealth";

    // No orchestration has this id: asking for it proves that the task hub answers.
    private const string NoInstance = "health";

    private const string IsOpen = "Open: a request without a key speaks as whoever it names. For one developer's machine only.";

    private const string EmptyRegistry =
        "The registry is empty: 'mesh agents load FILE' fills it. The host's log says why the organisation file did not.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary><c>GET /health</c>: 200 when everything answers, otherwise 503; the body says what does not.</summary>
    [Function(Name)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var registry = agents.ReadAsync(patience.Token).AsTask();
        var dependencies = await Task.WhenAll(
            ProbeAsync("store", log.PingAsync(patience.Token)),
            ProbeAsync("taskHub", client.GetInstanceAsync(NoInstance, patience.Token)),
            ProbeAsync("agents", registry));
        await patience.CancelAsync();
        if (store.Trouble is { } trouble)
        {
            // It may answer and yet save nothing, or one of its logs may have stopped.
            dependencies[0] = new DependencyHealth("store", false, trouble);
        }

        if (registry is { IsCompletedSuccessfully: true, Result.Count: 0 })
        {
            // Worth a word, but no outage: it is filled over HTTP.
            dependencies[^1] = dependencies[^1] with { Detail = EmptyRegistry };
        }

        var identity = new DependencyHealth("identity", true, options.Value.Identity.Mode == IdentityMode.Open ? IsOpen : null);
        var threads = new DependencyHealth("threads", comparison.Trouble is null, comparison.Trouble);

        // The mesh does its work without: that is worth a word, and no outage.
        var words = new DependencyHealth("search", true, search.Detail);
        var report = new HealthReport(
            threads.Healthy && dependencies.All(one => one.Healthy),
            [.. dependencies, threads, identity, words],
            BuildVersion.Text);
        return new JsonAnswer<HealthReport>(
            report, report.Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task<DependencyHealth> ProbeAsync(string name, Task probe)
    {
        try
        {
            await probe.WaitAsync(Patience, time);
            return new DependencyHealth(name, true, null);
        }
        catch (Exception e)
        {
            var detail = e is TimeoutException ? $"No answer in {Patience.TotalSeconds} s." : e.Message;
            return new DependencyHealth(name, false, detail);
        }
    }
}
