using DurableMesh.LocalHost.Storage;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <summary>The lease on a partition, and until when this host may trust that it holds it.</summary>
/// <remarks>
/// An append proves the ownership for itself only: it does not make the lease live longer. So only the acquisition and renewals
/// count here, each from the moment when it was asked for, which the storage cannot have seen later than that.
/// </remarks>
internal sealed class PartitionLease(IPartitionStorage storage, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private long _askedAt;

    /// <inheritdoc cref="IPartitionStorage.LeaseDuration"/>
    public TimeSpan Duration => storage.LeaseDuration;

    /// <inheritdoc cref="IPartitionStorage.TryAcquireLeaseAsync"/>
    public async Task<LeaseAttempt> TryAcquireAsync(HubOwner owner, CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        LeaseAttempt attempt = await storage.TryAcquireLeaseAsync(owner, cancellation);
        if (attempt.Acquired)
        {
            Volatile.Write(ref _askedAt, asked);
        }

        return attempt;
    }

    /// <inheritdoc cref="IPartitionStorage.RenewLeaseAsync"/>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        long asked = time.GetTimestamp();
        await storage.RenewLeaseAsync(cancellation);
        Volatile.Write(ref _askedAt, asked);
    }

    /// <summary>
    /// Makes sure that nobody else owns the partition yet: at once while the lease lives by this host's own clock, else by
    /// renewing it, for as long as the storage takes to answer. A host that was stopped for a while cannot know it otherwise.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    public async ValueTask ConfirmAsync(CancellationToken cancellation)
    {
        while (time.GetElapsedTime(Volatile.Read(ref _askedAt)) >= Duration)
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
}
