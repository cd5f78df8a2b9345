using System.Collections.Concurrent;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Ends threads that are past their deadline because their orchestration was stopped from outside, so that they do not count as open
/// for ever. The Functions host hands a Durable Task client to functions only: those that list, count or wait for threads bring it
/// here. A few threads are looked at each time, and all that are overdue once a minute.
/// </summary>
public sealed partial class OverdueThreads(
    IThreadLog log, StoppedThreads stopped, TimeProvider time, ILogger<OverdueThreads> logger)
{
    private const int AtOnce = 20;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<string> _overdue = [];
    private long _nextLook;

    /// <summary>Ends some of them, if there are any. Never fails: whoever asks has something else to do.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask EndAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        try
        {
            if (_overdue.IsEmpty && IsTimeToLook())
            {
                foreach (var threadId in await log.ListOverdueAsync(time.GetUtcNow() - StoppedThreads.Grace, cancellation))
                {
                    _overdue.Enqueue(threadId);
                }
            }

            for (var left = AtOnce; left > 0 && _overdue.TryDequeue(out var threadId); left--)
            {
                await stopped.EndAsync(client, threadId, cancellation);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotLookedAt(e.Message);
        }
    }

    private bool IsTimeToLook()
    {
        var (now, next) = (time.GetUtcNow(), Volatile.Read(ref _nextLook));
        return now.UtcTicks >= next && Interlocked.CompareExchange(ref _nextLook, (now + Period).UtcTicks, next) == next;
    }
}
