using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>A thread's messages over HTTP, with a long poll that ends at once when there is news.</summary>
public sealed class ReadMessages(
    IThreadLog log, IAgentDirectory agents, ThreadFinder threads, ThreadMessages messages, OverdueThreads overdue, TimeProvider time)
{
    /// <summary><c>GET /threads/{id}/messages?after=&amp;to=&amp;wait=</c>.</summary>
    [Function(nameof(ReadMessages))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/threads/{id}/messages")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "after", "to", "wait");
        var after = query.Number("after", 0, int.MaxValue, otherwise: 0);
        var to = query.Text("to") is { } name ? (await agents.ReadAsync(cancellation)).Resolve(name) : null;
        var wait = query.Duration("wait", LongPoll.LongestWait);
        query.ThrowIfWrong();

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.HttpContext.RequestAborted);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), either.Token);
        Caller.Of(request).MustSee(thread);
        if (after > thread.Messages)
        {
            throw new ProblemException(Problems.UnknownPosition(
                $"The thread has {thread.Messages} messages, and none after {after} yet; begin with after=0."));
        }

        await overdue.EndAsync(client, either.Token);
        var page = await LongPoll.UntilAsync(
            log,
            id,
            () => ReadAsync(thread, after, to, either.Token),
            seen => seen.Messages.Count > 0 || seen.ThreadState == ThreadPhase.Ended,
            wait,
            time,
            either.Token);
        return new JsonAnswer<MessagesPage>(page);
    }

    private async ValueTask<MessagesPage> ReadAsync(ThreadView thread, int after, string? to, CancellationToken cancellation)
    {
        // The state is read before the messages: a page that says "ended" then has the last of them.
        var state = (await log.FindAsync(thread.ThreadId, cancellation))?.View.State ?? thread.State;
        while (true)
        {
            var found = await log.ReadMessagesAsync(thread.ThreadId, after, ThreadMessages.PageLength, cancellation);
            var wanted = found.Where(one => to is null || StoredMessage.Reaches(one.Accepted.Message, to)).ToList();
            var shown = await messages.ShowAsync(wanted, cancellation);
            if (wanted.Count > 0 || found.Count < ThreadMessages.PageLength)
            {
                var next = shown.Count < wanted.Count ? shown[^1].Sequence
                    : found.Count > 0 ? found[^1].Accepted.Message.Sequence
                    : after;
                return new MessagesPage(shown, next, state);
            }

            after = found[^1].Accepted.Message.Sequence;
        }
    }
}
