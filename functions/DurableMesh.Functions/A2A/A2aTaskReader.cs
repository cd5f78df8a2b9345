using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.A2A;

/// <summary>Reads threads as tasks, with as much of their messages as is wanted and an answer can hold.</summary>
public sealed class A2aTaskReader(IThreadLog log, ThreadMessages messages)
{
    /// <summary>How many messages a history has where nobody says.</summary>
    public const int DefaultHistory = 50;

    /// <summary>How many messages are looked at.</summary>
    public const int MostHistory = 200;

    // Clients read an event of a stream up to 4 MiB.
    private const int MostBytes = 2 * 1024 * 1024;

    /// <summary>A thread as a task.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="history">How many messages are wanted.</param>
    /// <param name="artifacts">Whether artifacts are wanted.</param>
    /// <param name="address">Where the mesh is reached.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<A2aTask> ReadAsync(
        ThreadView thread, int history, bool artifacts, string address, CancellationToken cancellation)
    {
        var wanted = artifacts ? MostHistory : Math.Clamp(history, 1, MostHistory);
        var newest = await NewestAsync(thread, wanted, cancellation);
        return A2aTasks.TaskOf(thread, ChangedAt(thread), newest, Math.Min(history, MostHistory), artifacts, address);
    }

    /// <summary>The newest messages of a thread, in order: no more than an answer can hold.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<IReadOnlyList<MessageView>> NewestAsync(ThreadView thread, int most, CancellationToken cancellation)
    {
        if (thread.Messages == 0)
        {
            return [];
        }

        var stored = await log.ReadMessagesAsync(
            thread.ThreadId, Math.Max(0, thread.Messages - most), most, cancellation);
        var bytes = 0;
        var fit = stored.Reverse().TakeWhile(
            (one, n) => (bytes += one.Accepted.Message.Body?.Size ?? 0) <= MostBytes || n == 0).Reverse();
        return await messages.ShowAsync([.. fit], cancellation);
    }

    /// <summary>One message of a thread; null where there is none.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="sequence">Which.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<MessageView?> FindAsync(string threadId, int sequence, CancellationToken cancellation)
    {
        var found = await log.ReadMessagesAsync(threadId, sequence - 1, 1, cancellation);
        return await messages.ShowAsync(found, cancellation) is [var message, ..] ? message : null;
    }

    /// <summary>When a thread changed last.</summary>
    /// <param name="thread">The thread.</param>
    public DateTimeOffset ChangedAt(ThreadView thread) => log.ChangedAt(thread.ThreadId) ?? thread.CreatedAt;
}
