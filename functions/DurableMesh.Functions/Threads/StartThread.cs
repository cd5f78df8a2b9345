using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Starts threads over HTTP, each once however often its start is sent.</summary>
public sealed class StartThread(IThreadLog log, ThreadDrafts drafts, ThreadStarts starts)
{
    /// <summary><c>POST /threads</c>.</summary>
    [Function(nameof(StartThread))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var key = IdempotencyKey.Of(request);
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadStartThread, cancellation);
        var initiator = await drafts.InitiatorOfAsync(asked, cancellation);
        Caller.Of(request).MustStartAs(initiator);
        var threadId = key is null ? ThreadId.New() : ThreadId.Of(Caller.Of(request).Subject ?? Subject.Agent(initiator), key);
        var draft = await drafts.DraftAsync(threadId, asked, cancellation);
        var known = key is null ? null
            : await log.FindAsync(threadId, cancellation) ?? await FindOldAsync(key, initiator, asked, cancellation);
        var (thread, begun) = await starts.StartAsync(client, draft, known, cancellation);
        var shown = ThreadFinder.WithManagement(client, thread, Caller.Of(request));
        return Answer(shown, begun, $"{request.PathBase}{request.Path}".TrimEnd('/'));
    }

    private static JsonAnswer<ThreadView> Answer(ThreadView view, bool begun, string threads)
    {
        var status = view.State is ThreadPhase.Starting or ThreadPhase.Held ? StatusCodes.Status202Accepted
            : begun ? StatusCodes.Status201Created
            : StatusCodes.Status200OK;
        return new JsonAnswer<ThreadView>(view, status) { Location = $"{threads}/{view.ThreadId}" };
    }

    /// <summary>
    /// The same start from before keys were somebody's. Another's thread under the key, or another start, is none of the caller's
    /// business.
    /// </summary>
    private async Task<StoredThread?> FindOldAsync(
        string key, string initiator, StartThreadRequest asked, CancellationToken cancellation)
    {
        var oldId = ThreadId.OfAnybody(key);
        return await log.FindAsync(oldId, cancellation) is { } old
            && old.View.Initiator == initiator
            && old.RequestHash == (await drafts.DraftAsync(oldId, asked, cancellation)).Start.RequestHash
                ? old
                : null;
    }
}
