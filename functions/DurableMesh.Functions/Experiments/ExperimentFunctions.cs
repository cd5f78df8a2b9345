using System.Text.Json;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Experiments;

/// <summary>Experiments over HTTP, for operators: what was measured, for all who have to trust the decision.</summary>
public sealed class ExperimentFunctions(IExperimentDirectory experiments)
{
    /// <summary>
    /// <c>POST /experiments</c>: shows the evidence of an experiment, once all of it was computed again and holds; the same one
    /// again is the same experiment.
    /// </summary>
    [Function("PublishExperiment")]
    public async Task<IResult> PublishAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/experiments")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var file = await RequestBody.ReadAsync(request, cancellation);
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(Problems.NotJson(request.ContentType));
        }

        var report = ExperimentEvidenceVerifier.Verify(file);
        if (!report.Holds)
        {
            throw new ProblemException(Problems.InvalidRequest(
            [
                .. report.Findings.Take(InputError.MaxReported)
                    .Select(finding => new InputError(finding.Path, JsonNamingPolicy.SnakeCaseLower.ConvertName($"{finding.Fault}"), finding.Message)),
            ]));
        }

        var evidence = ExperimentEvidenceVerifier.Read(file);
        var by = Caller.Of(request).NameOrOperator(null);
        var id = PublishedExperiment.ChangeFor(evidence).Id;
        var isNew = (await experiments.ReadAsync(cancellation)).Find(id) is null;
        (await experiments.PublishAsync(evidence, file, by, cancellation)).OrThrow();
        return new JsonAnswer<PublishedExperiment>(
            await MustFindAsync(id, cancellation), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
        {
            Location = $"{request.PathBase}/api/experiments/{id}",
        };
    }

    /// <summary><c>GET /experiments</c>.</summary>
    [Function("ListExperiments")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/experiments")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return new JsonAnswer<ExperimentsPage>(new ExperimentsPage((await experiments.ReadAsync(cancellation)).All));
    }

    /// <summary><c>GET /experiments/{id}</c>: the evidence file.</summary>
    [Function("GetExperiment")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/experiments/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return new JsonFileAnswer(await MustReadAsync(id, cancellation));
    }

    /// <summary>The experiment of an id.</summary>
    internal async Task<PublishedExperiment> MustFindAsync(string id, CancellationToken cancellation) =>
        (await experiments.ReadAsync(cancellation)).Find(id) ?? throw new ProblemException(Problems.ExperimentNotFound(id));

    /// <summary>Its evidence.</summary>
    internal async Task<ReadOnlyMemory<byte>> MustReadAsync(string id, CancellationToken cancellation) =>
        await experiments.FindEvidenceAsync(id, cancellation) ?? throw new ProblemException(Problems.ExperimentNotFound(id));
}
