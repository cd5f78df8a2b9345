using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// While a run goes on: keeps the runner's lease on the message alive, and notices the thread's end. Either way the run has no
/// use any more, and is ended.
/// </summary>
internal sealed class ThreadWatch(MeshLink mesh, TimeProvider time)
{
    /// <summary>For how long a lease is asked for. A runner that dies is replaced after that.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the run has no use any more.</summary>
    /// <param name="thread">The thread as it was before the run.</param>
    /// <param name="lease">The lease that the runner has.</param>
    /// <param name="cancellation">The run has ended.</param>
    /// <returns>Why, in words.</returns>
    public async Task<string> UntilUselessAsync(ThreadView thread, LeaseRequest lease, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = UntilEndedAsync(thread, either.Token);
        var lost = UntilLostAsync(thread.ThreadId, lease, either.Token);
        var first = await Task.WhenAny(ended, lost);
        await either.CancelAsync();
        await ((Task)Task.WhenAll(ended, lost)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await first;
    }

    private async Task<string> UntilEndedAsync(ThreadView thread, CancellationToken cancellation)
    {
        for (var after = thread.Messages; ;)
        {
            var page = await mesh.PersistAsync(
                (client, stop) => client.GetMessagesAsync(thread.ThreadId, after, to: null, LongPoll, stop), cancellation);
            if (page.ThreadState == ThreadPhase.Ended)
            {
                return "its thread has ended";
            }

            after = page.NextAfter;
        }
    }

    private async Task<string> UntilLostAsync(string threadId, LeaseRequest lease, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Renewal, time, cancellation);
                await mesh.PersistAsync((client, stop) => client.LeaseAsync(threadId, lease, stop), cancellation);
            }
        }
        catch (MeshProblemException lost)
        {
            return $"its lease is lost: {lost.Problem.Detail ?? lost.Problem.Title}";
        }
    }
}
