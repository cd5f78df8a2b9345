using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Ends threads whose orchestration has stopped (terminated or purged from outside the mesh, failed, or completed without the
/// thread's end in the store): nobody else will write their end.
/// </summary>
public sealed class StoppedThreads(
    IThreadLog log, ThreadEvidence evidence, ThreadTasks tasks, ThreadSeals seals, TaskHubCalls hub, TimeProvider time)
{
    /// <summary>
    /// How long after its deadline a thread is overdue: that long its own orchestration has to end it. What the task hub does not
    /// know is taken for purged no earlier, because it may be the thread of another hub.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A thread as it is, after its end if its orchestration has stopped. One whose orchestration stopped between its end and
    /// what follows from it (evidence, task) is finished by the way.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="thread">The thread as the store knows it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<ThreadView> CheckAsync(DurableTaskClient client, ThreadView thread, CancellationToken cancellation) =>
        thread.State == ThreadPhase.Ended && await IsFinishedAsync(thread, cancellation)
            ? thread
            : await EndAsync(client, thread.ThreadId, cancellation) ?? thread;

    /// <summary>Ends a thread if its orchestration has stopped.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="cancel">
    /// Somebody's wish that it ends now, which is granted before the hub's word for it is old enough.
    /// </param>
    /// <returns>The thread as it ended; null where its orchestration goes on.</returns>
    public async Task<ThreadView?> EndAsync(
        DurableTaskClient client, string threadId, CancellationToken cancellation, CancelRequested? cancel = null)
    {
        var instance = await hub.FindAsync(client, threadId, withInput: false, cancellation);
        if (instance is { IsCompleted: false }
            || await StateAsync(client, threadId, cancellation) is not { } state
            || (instance is null && cancel is null && state.Phase != ThreadPhase.Ended && time.GetUtcNow() < state.Deadline + Grace))
        {
            return null;
        }

        var why = $"The thread's orchestration is {instance?.RuntimeStatus.ToString() ?? "gone"}, and did not end it.";
        var decision = ThreadRules.Decide(
            state, (ThreadInput?)cancel ?? new SystemFault(EndReason.InternalError, why), time.GetUtcNow());
        if (decision.Entries.Count > 0)
        {
            var record = new ThreadRecord { ThreadId = threadId, View = decision.View, Entries = decision.Entries };
            if (await log.AppendAsync(record, cancellation) is not null)
            {
                // Somebody was faster; look at what the store has now.
                return await EndAsync(client, threadId, cancellation, cancel);
            }
        }

        await evidence.WriteAsync(threadId, cancellation);
        await tasks.MoveAsync(ThreadOutcome.Of(decision.State), cancellation);
        return (await log.FindAsync(threadId, cancellation))?.View;
    }

    private async ValueTask<bool> IsFinishedAsync(ThreadView thread, CancellationToken cancellation) =>
        time.GetUtcNow() < thread.EndedAt + Grace || await tasks.HaveHeardAsync(thread, cancellation);

    /// <summary>Where the thread was when its last step was recorded.</summary>
    private async Task<ThreadState?> StateAsync(DurableTaskClient client, string threadId, CancellationToken cancellation)
    {
        return ThreadState.Of(await log.ReadTranscriptAsync(threadId, cancellation))
            ?? (await hub.FindAsync(client, threadId, withInput: true, cancellation) is { } instance
                ? await seals.BeginningOfAsync(instance, cancellation)
                : null);
    }
}
