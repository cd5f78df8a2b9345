using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Ends threads whose orchestration was stopped from outside the mesh (terminated, failed or purged): nobody else will write their
/// end.
/// </summary>
public sealed class StoppedThreads(IThreadLog log, ThreadEvidence evidence, ThreadTasks tasks, TimeProvider time)
{
    /// <summary>
    /// How long after its deadline a thread is overdue: that long its own orchestration has to end it. What the task hub does not
    /// know is taken for purged no earlier, because it may be the thread of another hub.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>A thread as it is, after its end if its orchestration has stopped.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="thread">The thread as the store knows it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadView> CheckAsync(DurableTaskClient client, ThreadView thread, CancellationToken cancellation) =>
        thread.State == ThreadPhase.Ended ? thread : await EndAsync(client, thread.ThreadId, cancellation) ?? thread;

    /// <summary>Ends a thread if its orchestration has stopped.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The thread as it ended; null where its orchestration goes on.</returns>
    public async Task<ThreadView?> EndAsync(DurableTaskClient client, string threadId, CancellationToken cancellation)
    {
        var instance = await client.GetInstanceAsync(threadId, cancellation);
        if (instance?.RuntimeStatus is not (null or OrchestrationRuntimeStatus.Terminated or OrchestrationRuntimeStatus.Failed)
            || await StateAsync(client, threadId, cancellation) is not { } state
            || (instance is null && time.GetUtcNow() < state.Deadline + Grace))
        {
            return null;
        }

        var why = $"The thread's orchestration is {instance?.RuntimeStatus.ToString() ?? "gone"}: it was stopped from outside the mesh.";
        var decision = ThreadRules.Decide(state, new SystemFault(EndReason.InternalError, why), time.GetUtcNow());
        if (decision.Entries.Count > 0)
        {
            var record = new ThreadRecord { ThreadId = threadId, View = decision.View, Entries = decision.Entries };
            await log.AppendAsync(record, cancellation);
        }

        await evidence.WriteAsync(threadId, cancellation);
        await tasks.MoveAsync(ThreadOutcome.Of(decision.State), client, cancellation);
        return (await log.FindAsync(threadId, cancellation))?.View;
    }

    /// <summary>Where the thread was when its last step was recorded.</summary>
    private async Task<ThreadState?> StateAsync(DurableTaskClient client, string threadId, CancellationToken cancellation)
    {
        var entries = await log.ReadTranscriptAsync(threadId, cancellation);
        return entries is [{ Event: ThreadOpening opening }, ..]
            ? entries.Aggregate(ThreadState.Starting(opening.Thread), (state, entry) => state.Apply(entry))
            : (await client.GetInstanceAsync(threadId, getInputsAndOutputs: true, cancellation))?.ReadInputAs<ThreadState>();
    }
}
