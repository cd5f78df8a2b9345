using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// A partition's mailbox, and the loop that empties it. Whatever a partition's parts do, they do in a piece of work from here,
/// one after the other: so none of them locks anything. What waits for the storage comes back in by the mailbox. Owns whether,
/// and with what, the partition ends.
/// </summary>
internal sealed class Mailbox : IDisposable
{
    /// <summary>How many pieces of work a round takes at the most.</summary>
    private const int MaximumWorkPerRound = 4096;

    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _partition;
    private readonly PartitionLease _lease;
    private readonly TaskScheduler _scheduler;
    private readonly CancellationTokenSource _ended = new();
    private Exception? _fault;

    /// <param name="partition">Whose it is.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="scheduler">Where the loop runs.</param>
    public Mailbox(int partition, PartitionLease lease, TaskScheduler scheduler)
    {
        (_partition, _lease, _scheduler) = (partition, lease, scheduler);
        Ended = _ended.Token;
    }

    /// <summary>Cancelled when the partition has ended, for whatever reason.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Whether it ends as soon as what it has taken in is durable.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Whether it ends at once: nothing more is to become durable.</summary>
    public bool IsAborted => _fault is not null;

    /// <summary>Hands in a piece of work, from any thread; after the end it is dropped.</summary>
    public void Post(Action work) => _work.Writer.TryWrite(work);

    /// <summary>
    /// Hands in work that answers a caller. The answer, a refusal too, leaves only while nobody else can own the partition: what
    /// this host knows may be old otherwise.
    /// </summary>
    /// <exception cref="TaskHubUnavailableException">The partition ended before the answer was durable.</exception>
    public async Task<T> AskAsync<T>(Action<TaskCompletionSource<T>> work)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_work.Writer.TryWrite(() => work(answer)))
        {
            throw NotOwned();
        }

        await ((Task)answer.Task).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await _lease.ConfirmAsync(Ended);
        }
        catch (LeaseLostException lost)
        {
            Abort(lost);
            throw NotOwned(lost);
        }

        return await answer.Task;
    }

    /// <summary>Does something in a turn of the partition and hands back what it comes to.</summary>
    public Task<T> InTurnAsync<T>(Func<T> work) => AskAsync<T>(answer => answer.SetResult(work())).OrCancelledAsync(Ended);

    /// <inheritdoc cref="InTurnAsync{T}"/>
    public Task InTurnAsync(Action work) => InTurnAsync(() =>
    {
        work();
        return true;
    });

    /// <summary>Begins work of several turns: it comes back into the partition's scheduler after each await.</summary>
    public Task<Task> Begin(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);

    /// <summary>Ends the partition after what it has taken in is durable.</summary>
    public void Stop() => Post(() => IsStopping = true);

    /// <summary>Ends the partition at once: nothing more is acknowledged.</summary>
    public void Abort(Exception fault) => Post(() => _fault ??= fault);

    /// <summary>Works until it is stopped, in rounds.</summary>
    /// <param name="endRound">Goes on from what the work of a round has left.</param>
    /// <param name="isIdle">Whether nothing is under way that a stop has to wait for.</param>
    /// <exception cref="Exception">That with which it was aborted.</exception>
    public Task RunAsync(Action endRound, Func<bool> isIdle) => Begin(() => LoopAsync(endRound, isIdle)).Unwrap();

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    private async Task LoopAsync(Action endRound, Func<bool> isIdle)
    {
        // Whoever started the hub is no cause of what it does.
        Activity.Current = null;
        try
        {
            while (_fault is null && !(IsStopping && isIdle()) && await _work.Reader.WaitToReadAsync())
            {
                for (int i = 0; i < MaximumWorkPerRound && _work.Reader.TryRead(out Action? work); i++)
                {
                    work();
                }

                endRound();
            }

            if (_fault is not null)
            {
                ExceptionDispatchInfo.Throw(_fault);
            }
        }
        finally
        {
            _work.Writer.TryComplete();
            _ended.Cancel();
        }
    }

    private TaskHubUnavailableException NotOwned(Exception? inner = null) =>
        new($"Partition {_partition} is not owned by this host any more.", inner);
}
