using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Threads;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about threads, and what people do to them there.</summary>
public sealed class ThreadPageFunctions(
    DashboardPages pages,
    DashboardForms forms,
    IThreadLog log,
    ReadThreads threads,
    SteerThread steer,
    ThreadMessages messages,
    ThreadEvidence evidence,
    TimeProvider time)
{
    private const int MostHolds = 50;

    /// <summary><c>GET /threads</c> with the query of <c>GET /api/threads</c>.</summary>
    [Function(PageNames.Prefix + "Threads")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "threads")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        // A form sends also what was left empty.
        var asked = request.Query.Where(one => one.Value.ToString().Length > 0)
            .ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.Ordinal);
        request.QueryString = new QueryBuilder(asked).ToQueryString();
        var found = (JsonAnswer<ThreadsPage>)await threads.ListAsync(request, client, cancellation);
        return await pages.ShowAsync<ThreadListPage>(request, ("Query", asked), ("Threads", found.Value));
    }

    /// <summary><c>GET /threads/{id}?before=&amp;verify=</c>.</summary>
    [Function(PageNames.Prefix + "Thread")]
    public async Task<IResult> ShowAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "threads/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "before", "verify");
        var before = query.Number("before", 1, int.MaxValue, otherwise: int.MaxValue);
        var isVerified = query.Flag("verify");
        query.ThrowIfWrong();
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        var first = Math.Max(0, Math.Min(before - 1, thread.Messages) - ThreadModel.PageLength);
        var found = await log.ReadMessagesAsync(id, first, ThreadModel.PageLength, cancellation);
        var shown = await messages.ShowNewestAsync(
            [.. found.Where(one => one.Accepted.Message.Sequence < before)], cancellation);
        var entries = await log.ReadTranscriptAsync(id, cancellation);
        var report = isVerified && await evidence.ReadAsync(thread, cancellation) is { } file
            ? EvidenceVerifier.Verify(file)
            : null;
        var model = new ThreadModel(
            thread,
            entries.Count == 0 ? null : EvidenceFile.Of(entries),
            MessageSpace.NewestOf(shown),
            report,
            time.GetUtcNow());
        return await pages.ShowAsync<ThreadPage>(request, ("Model", model));
    }

    /// <summary><c>GET /threads/{id}/evidence</c>: the file, to be kept.</summary>
    [Function(PageNames.Prefix + "ThreadEvidence")]
    public async Task<IResult> EvidenceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "threads/{id}/evidence")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        var file = await evidence.ReadAsync(thread, cancellation) ?? throw new ProblemException(Problems.EvidenceNotBegun(id));
        PageAnswer.Guard(request.HttpContext.Response);
        return Results.Bytes(file, JsonBody.MediaType, $"evidence-{thread.ThreadId}.json");
    }

    /// <summary><c>GET /holds</c>.</summary>
    [Function(PageNames.Prefix + "Holds")]
    public async Task<IResult> HoldsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "holds")] HttpRequest request, CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var found = await log.ListRunningAsync(view => view.State == ThreadPhase.Held, MostHolds, before: null, cancellation);
        return await pages.ShowAsync<HoldsPage>(request, ("Held", found.Threads));
    }

    /// <summary><c>POST /threads/{id}/decision</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "DecideThread")]
    public Task<IResult> DecideAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "threads/{id}/decision")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        forms.CallAsync(
            request, ["by", "decision", "why"], () => steer.DecideAsync(request, id, client, cancellation), cancellation);

    /// <summary><c>POST /threads/{id}/cancel</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "CancelThread")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "threads/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation) =>
        forms.CallAsync(request, ["by", "why"], () => steer.CancelAsync(request, id, client, cancellation), cancellation);
}
