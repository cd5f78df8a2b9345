using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Threads;

/// <summary>Hands something to a thread and waits, for a bounded time, for what it says.</summary>
public sealed class ThreadInbox(
    IThreadLog log, StoppedThreads stopped, ThreadSeals seals, TaskHubCalls hub, IOptions<MeshOptions> options, TimeProvider time)
{
    /// <summary>
    /// Raises the event and returns the thread's receipt; a rejection when the thread turned out to have ended before it saw the
    /// event; null when there is no answer in time.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="input">What comes in.</param>
    /// <param name="cancellation">Stops waiting; the event may have been raised.</param>
    /// <exception cref="ProblemException">The task hub does not have the thread's orchestration any more.</exception>
    public async Task<Receipt?> PostAsync(
        DurableTaskClient client, string threadId, InboxInput input, CancellationToken cancellation)
    {
        var requestId = Guid.NewGuid().ToString("N");
        var envelope = await seals.EnvelopAsync(threadId, requestId, input, cancellation);
        if (!await hub.TryRaiseAsync(client, threadId, InboxEnvelope.EventName, envelope, cancellation))
        {
            return await EndedAsync(threadId, requestId, input, cancellation)
                ?? await StoppedAsync(client, threadId, input, cancellation)
                ?? throw new ProblemException(Problems.OrchestrationGone(threadId));
        }

        return await LongPoll.UntilAsync(
            log,
            threadId,
            async () => log.FindReceipt(requestId) ?? await EndedAsync(threadId, requestId, input, cancellation),
            receipt => receipt is not null,
            options.Value.AnswerWithin,
            time,
            cancellation) ?? await StoppedAsync(client, threadId, input, cancellation);
    }

    private async ValueTask<Receipt?> EndedAsync(
        string threadId, string requestId, InboxInput input, CancellationToken cancellation)
    {
        var stored = await log.FindAsync(threadId, cancellation);
        if (stored?.View is not { State: ThreadPhase.Ended } ended)
        {
            return null;
        }

        // A step that ends a thread records every receipt up to the end with it: whoever has none by then came too late, unless
        // what he sends was sent before.
        return log.FindReceipt(requestId)
            ?? await KnownAsync(ended, input, cancellation)
            ?? Receipts.ThreadEnded(ended);
    }

    private async ValueTask<Receipt?> KnownAsync(ThreadView thread, InboxInput input, CancellationToken cancellation) =>
        input is MessageArrived { Message: var message }
        && await log.FindMessageAsync(thread.ThreadId, message.From, message.MessageId, cancellation) is { } known
        && known.Accepted.Message.ContentHash == message.ContentHash
            ? Receipts.Duplicate(thread, known.Accepted.Message.Sequence)
            : null;

    /// <summary>
    /// A thread whose orchestration somebody stopped from outside will never answer, and its sender should know.
    /// </summary>
    private async Task<Receipt?> StoppedAsync(
        DurableTaskClient client, string threadId, InboxInput input, CancellationToken cancellation) =>
        await stopped.EndAsync(client, threadId, cancellation, input as CancelRequested) is { } ended
            ? await KnownAsync(ended, input, cancellation) ?? Receipts.ThreadEnded(ended)
            : null;
}
