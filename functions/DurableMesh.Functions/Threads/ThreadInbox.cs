using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Threads;

/// <summary>Hands something to a thread and waits, for a bounded time, for what it says.</summary>
public sealed class ThreadInbox(IThreadLog log, StoppedThreads stopped, IOptions<MeshOptions> options, TimeProvider time)
{
    /// <summary>
    /// Raises the event and returns the thread's receipt; a rejection when the thread turned out to have ended before it saw the
    /// event; null when there is no answer in time.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="input">What comes in.</param>
    /// <param name="cancellation">Stops waiting; the event may have been raised.</param>
    public async Task<Receipt?> PostAsync(
        DurableTaskClient client, string threadId, InboxInput input, CancellationToken cancellation)
    {
        var requestId = Guid.NewGuid().ToString("N");
        await client.RaiseEventAsync(threadId, InboxEnvelope.EventName, new InboxEnvelope(requestId, input), cancellation);
        return await LongPoll.UntilAsync(
            log,
            threadId,
            async () => log.FindReceipt(requestId) ?? await EndedAsync(threadId, requestId, cancellation),
            receipt => receipt is not null,
            options.Value.AnswerWithin,
            time,
            cancellation) ?? await StoppedAsync(client, threadId, cancellation);
    }

    private async ValueTask<Receipt?> EndedAsync(string threadId, string requestId, CancellationToken cancellation)
    {
        // A step that ends a thread records every receipt up to the end with it: whoever has none by then came too late.
        var stored = await log.FindAsync(threadId, cancellation);
        return stored?.View.State == ThreadPhase.Ended ? log.FindReceipt(requestId) ?? Receipts.ThreadEnded(stored.View) : null;
    }

    /// <summary>
    /// A thread whose orchestration somebody stopped from outside will never answer, and its sender should know.
    /// </summary>
    private async Task<Receipt?> StoppedAsync(DurableTaskClient client, string threadId, CancellationToken cancellation) =>
        await stopped.EndAsync(client, threadId, cancellation) is { } ended ? Receipts.ThreadEnded(ended) : null;
}
