using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Threads;

/// <summary>Starts threads, each once however often it is asked for, and says what the gate made of them.</summary>
public sealed class ThreadStarts(
    IThreadLog log,
    IBodyStore bodies,
    ThreadHolds holds,
    ThreadSeals seals,
    TaskHubCalls hub,
    ResponderStart responder,
    IOptions<MeshOptions> options,
    TimeProvider time)
{
    /// <summary>Starts a thread, or answers the one that is there.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="draft">The thread.</param>
    /// <param name="known">The thread that the same start began before; null where there is none.</param>
    /// <param name="cancellation">Stops waiting; the thread may still begin.</param>
    /// <returns>The thread, and whether this call began it.</returns>
    /// <exception cref="ProblemException">
    /// 409 where another start has its id; 403 where the gate does not let it in.
    /// </exception>
    internal async Task<(ThreadView Thread, bool Begun)> StartAsync(
        DurableTaskClient client, ThreadDraft draft, StoredThread? known, CancellationToken cancellation)
    {
        var start = draft.Start;
        var threadId = known?.View.ThreadId ?? start.ThreadId;
        var begun = known is null && await TryBeginAsync(client, draft, cancellation);
        var thread = known ?? await LongPoll.UntilAsync(
            log,
            threadId,
            () => log.FindAsync(threadId, cancellation),
            found => found is not null,
            options.Value.AnswerWithin,
            time,
            cancellation);
        if (thread is not null && thread.View.ThreadId == start.ThreadId && thread.RequestHash != start.RequestHash)
        {
            throw new ProblemException(Problems.IdempotencyConflict(threadId));
        }

        var view = await holds.ExplainAsync(thread?.View ?? ThreadState.Starting(start).View(), cancellation);
        return Problems.OfGate(view) is { } refused ? throw new ProblemException(refused) : (view, begun);
    }

    private async Task<bool> TryBeginAsync(DurableTaskClient client, ThreadDraft draft, CancellationToken cancellation)
    {
        var (start, body) = draft;
        if (start.Body is { Inline: null } large && body is not null)
        {
            await bodies.StoreAsync(large.Sha256, body.ToUtf8(), cancellation);
        }

        // Before the thread, whose first message it must not miss.
        await responder.EnsureAsync(client, cancellation);
        var sealedState = await seals.StartAsync(start, cancellation);
        return await hub.TryStartAsync(client, nameof(ThreadOrchestrator), start.ThreadId, sealedState, cancellation);
    }
}
