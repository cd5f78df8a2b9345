using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>The lease on a partition, and until when this host may trust that it holds it.</summary>
/// <remarks>
/// An append proves the ownership for itself only: it does not make the lease live longer. So only the acquisition and renewals
/// count here, each from the moment when it was asked for: the storage counts from later.
/// </remarks>
internal sealed class PartitionLease(IPartitionStorage storage, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private volatile Moment _asked = Moment.Never;

    /// <inheritdoc cref="IPartitionStorage.LeaseDuration"/>
    public TimeSpan Duration => storage.LeaseDuration;

    /// <inheritdoc cref="IPartitionStorage.TryAcquireLeaseAsync"/>
    public async Task<LeaseAttempt> TryAcquireAsync(HubOwner owner, CancellationToken cancellation)
    {
        Moment asked = Moment.Of(time);
        LeaseAttempt attempt = await storage.TryAcquireLeaseAsync(owner, cancellation);
        if (attempt.Acquired)
        {
            _asked = asked;
        }

        return attempt;
    }

    /// <inheritdoc cref="IPartitionStorage.RenewLeaseAsync"/>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        Moment asked = Moment.Of(time);
        await storage.RenewLeaseAsync(cancellation);
        _asked = asked;
    }

    /// <summary>
    /// Makes sure that nobody else owns the partition yet: at once while the lease lives by this host's own clock, else by
    /// renewing it, for as long as the storage takes to answer. A host that was stopped for a while cannot know it otherwise.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    public async ValueTask ConfirmAsync(CancellationToken cancellation)
    {
        while (_asked.Age(time) >= Duration)
        {
            try
            {
                await RenewAsync(cancellation);
            }
            catch (StorageUnavailableException)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    /// <summary>
    /// Makes sure, by the storage's word, that this host has been the owner until now: what looks like a loss may be what the
    /// next owner has deleted.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    public Task ProveAsync(CancellationToken cancellation) => Persistence.RunAsync(
        async () =>
        {
            await RenewAsync(cancellation);
            return true;
        },
        time,
        away: null,
        cancellation);

    /// <summary>
    /// A moment by both clocks: one stands still while the machine sleeps, the other may be set. The greater age counts: too
    /// great a one only costs a renewal.
    /// </summary>
    private sealed record Moment(long Timestamp, DateTimeOffset Utc)
    {
        public static readonly Moment Never = new(0, DateTimeOffset.MinValue);

        public static Moment Of(TimeProvider time) => new(time.GetTimestamp(), time.GetUtcNow());

        public TimeSpan Age(TimeProvider time)
        {
            TimeSpan elapsed = time.GetElapsedTime(Timestamp);
            TimeSpan passed = time.GetUtcNow() - Utc;
            return elapsed > passed ? elapsed : passed;
        }
    }
}
