using DurableMesh.Core.Experiments;
using DurableMesh.Dashboard.Experiments;
using DurableMesh.Functions.Experiments;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about experiments.</summary>
public sealed class ExperimentPageFunctions(DashboardPages pages, IExperimentDirectory experiments, ExperimentFunctions functions)
{
    /// <summary><c>GET /experiments</c>.</summary>
    [Function(PageNames.Prefix + "Experiments")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "experiments")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return await pages.ShowAsync<ExperimentListPage>(
            request, ("Experiments", (await experiments.ReadAsync(cancellation)).All));
    }

    /// <summary><c>GET /experiments/{id}</c>.</summary>
    [Function(PageNames.Prefix + "Experiment")]
    public async Task<IResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "experiments/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var published = await functions.MustFindAsync(id, cancellation);
        var evidence = ExperimentEvidenceVerifier.Read(await functions.MustReadAsync(id, cancellation));
        return await pages.ShowAsync<ExperimentPage>(request, ("Published", published), ("Evidence", evidence));
    }

    /// <summary><c>GET /experiments/{id}/evidence</c>: the file, to be kept.</summary>
    [Function(PageNames.Prefix + "ExperimentEvidence")]
    public async Task<IResult> EvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "experiments/{id}/evidence")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var file = await functions.MustReadAsync(id, cancellation);
        PageAnswer.Guard(request.HttpContext.Response);
        return Results.Bytes(file, JsonBody.MediaType, $"experiment-{id}.json");
    }
}
