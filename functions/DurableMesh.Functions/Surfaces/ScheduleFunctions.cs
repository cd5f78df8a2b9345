using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Surfaces;

/// <summary>Schedules over HTTP, for operators.</summary>
public sealed class ScheduleFunctions(SurfaceRequests requests, WorkflowDrafts drafts)
{
    private const SurfaceKind Cron = SurfaceKind.Cron;

    /// <summary><c>POST /surfaces/schedules</c>.</summary>
    [Function("AddSchedule")]
    public async Task<IResult> AddAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/surfaces/schedules")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var around = await drafts.AroundAsync(cancellation);
        var start = await RequestBody.ReadAsync(
            request,
            utf8 => SurfaceReader.ReadSchedule(utf8, around, (cron, zone) => CronTimes.MistakesOf(cron, zone, around.Now)),
            cancellation);
        var by = Caller.Of(request).Subject ?? Subject.Agent(around.Registry.Resolve(start.Schedule!.Workflow.Actor));
        return await requests.OpenAsync(request, start, by, client, cancellation);
    }

    /// <summary><c>GET /surfaces/schedules</c>.</summary>
    [Function("ListSchedules")]
    public Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/schedules")] HttpRequest request,
        CancellationToken cancellation) => requests.ListAsync(Cron, request, cancellation);

    /// <summary><c>GET /surfaces/schedules/{name}</c>: with its next fires and its last runs.</summary>
    [Function("GetSchedule")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/schedules/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => requests.GetAsync(Cron, name, request, client, cancellation);

    /// <summary><c>GET /surfaces/schedules/{name}/evidence</c>.</summary>
    [Function("GetScheduleEvidence")]
    public Task<IResult> EvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/surfaces/schedules/{name}/evidence")] HttpRequest request,
        string name,
        CancellationToken cancellation) => requests.EvidenceAsync(Cron, name, request, cancellation);

    /// <summary><c>POST /surfaces/schedules/{name}/pause</c>.</summary>
    [Function("PauseSchedule")]
    public Task<IResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/surfaces/schedules/{name}/pause")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => StepAsync(name, id => new PauseSurface(id), request, client, cancellation);

    /// <summary><c>POST /surfaces/schedules/{name}/resume</c>.</summary>
    [Function("ResumeSchedule")]
    public Task<IResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/surfaces/schedules/{name}/resume")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => StepAsync(name, id => new ResumeSurface(id), request, client, cancellation);

    /// <summary><c>DELETE /surfaces/schedules/{name}?now=</c>: starts no more runs; with <c>now</c> cancels what runs.</summary>
    [Function("RemoveSchedule")]
    public Task<IResult> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/surfaces/schedules/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) => requests.StopAsync(Cron, name, request, client, cancellation);

    private async Task<IResult> StepAsync(
        string name,
        Func<SurfaceId, SurfaceStep> step,
        HttpRequest request,
        DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return requests.Answer(await requests.StepAsync(Cron, name, step, request, client, cancellation));
    }
}
