using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// While a run goes on: keeps the runner's lease on the message alive, and notices when that fails or the thread ends. Either way
/// the run has no use any more, and is ended.
/// </summary>
internal sealed class ThreadWatch(MeshLink mesh, TimeProvider time)
{
    private const int RenewalsPerLease = 3;

    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(30);

    /// <summary>Waits until the run has no use any more.</summary>
    /// <param name="thread">The thread as it was before the run.</param>
    /// <param name="lease">The lease that the runner has.</param>
    /// <param name="cancellation">The run has ended.</param>
    /// <returns>Why, in words.</returns>
    public async Task<string> UntilUselessAsync(ThreadView thread, HeldLease lease, CancellationToken cancellation)
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

    private async Task<string> UntilLostAsync(string threadId, HeldLease lease, CancellationToken cancellation)
    {
        var (request, since) = lease;
        while (true)
        {
            // The time since the mesh was last asked, so that the lease is given up here before it runs out there.
            using var runOut = new CancellationTokenSource(Left(request.For, since), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, runOut.Token);
            try
            {
                await Task.Delay(request.For / RenewalsPerLease, time, either.Token);
                var asked = time.GetTimestamp();
                await mesh.PersistAsync((client, stop) => client.LeaseAsync(threadId, request, stop), either.Token);
                since = asked;
            }
            catch (MeshProblemException lost)
            {
                return $"its lease is lost: {lost.Problem.Detail ?? lost.Problem.Title}";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return $"its lease ran out: the mesh was away for {Iso8601Duration.Format(request.For)}";
            }
        }
    }

    private TimeSpan Left(TimeSpan lease, long since)
    {
        var left = lease - time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}

/// <summary>A lease that a runner was given.</summary>
/// <param name="Request">What it asked for.</param>
/// <param name="Since">When it asked, as a timestamp of its clock.</param>
internal readonly record struct HeldLease(LeaseRequest Request, long Since);
