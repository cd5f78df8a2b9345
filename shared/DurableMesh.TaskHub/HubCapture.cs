using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub;

/// <summary>
/// Lets somebody see a hub as it is at one instant while it runs. All partitions hold their commits at once, for as long as the
/// look takes: messages between them are numbered, and one of them seen later than another would know of messages that the other
/// has not sent. What was seen is not deleted before this is disposed of.
/// </summary>
internal sealed class HubCapture : IDisposable
{
    /// <summary>So long everybody who waits for a commit may wait for the look.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<Partition> _partitions;

    private HubCapture(IReadOnlyList<Partition> partitions) => _partitions = partitions;

    /// <summary>
    /// Holds the partitions of an ownership, has somebody look, and lets their commits go on. One at a time.
    /// </summary>
    /// <param name="partitions">All of them.</param>
    /// <param name="look">Looks at the hub's storage.</param>
    /// <param name="time">The clock that the patience goes by.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="TaskHubUnavailableException">
    /// The ownership ended meanwhile, or the storage did not answer in time: what was seen is of no use.
    /// </exception>
    public static async Task<HubCapture> TakeAsync(
        IReadOnlyList<Partition> partitions,
        Func<CancellationToken, Task> look,
        TimeProvider time,
        CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var capture = new HubCapture(partitions);
        bool isTaken = false;
        try
        {
            foreach (Partition partition in partitions)
            {
                await partition.HoldAsync(either.Token);
            }

            await look(either.Token);
            foreach (Partition partition in partitions)
            {
                await partition.ConfirmAsync(either.Token);
                partition.Ended.ThrowIfCancellationRequested();
            }

            isTaken = true;
        }
        catch (LeaseLostException lost)
        {
            throw new TaskHubUnavailableException("Another host took the task hub over meanwhile.", lost);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TaskHubUnavailableException(
                patience.IsCancellationRequested
                    ? $"The storage did not show the task hub within {Patience.TotalSeconds:0} s."
                    : "This host stopped to own the task hub meanwhile.",
                late);
        }
        finally
        {
            if (!isTaken)
            {
                capture.Dispose();
            }
        }

        foreach (Partition partition in partitions)
        {
            partition.LetCommitsGo();
        }

        return capture;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Partition partition in _partitions)
        {
            partition.LetGo();
        }
    }
}
