using DurableMesh.Core.Identity;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>A thread's evidence over HTTP.</summary>
public sealed class ReadEvidence(ThreadFinder threads, ThreadEvidence evidence)
{
    /// <summary><c>GET /threads/{id}/evidence</c>: the file, or what there is while the thread is open.</summary>
    [Function(nameof(ReadEvidence))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/threads/{id}/evidence")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        Caller.Of(request).MustSee(thread);
        var file = await evidence.ReadAsync(thread, cancellation) ?? throw new ProblemException(Problems.EvidenceNotBegun(id));
        return new JsonFileAnswer(file);
    }
}
