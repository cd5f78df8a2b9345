using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>What the parts of one partition stand on. None of them changes it.</summary>
/// <param name="Number">The partition's number.</param>
/// <param name="Storage">Its log and its checkpoint files.</param>
/// <param name="Lease">Its lease.</param>
/// <param name="Mailbox">Its turns.</param>
/// <param name="Services">What all partitions of the hub share.</param>
internal sealed record PartitionScope(
    int Number, IPartitionStorage Storage, PartitionLease Lease, Mailbox Mailbox, PartitionServices Services)
{
    /// <summary>Cancelled when the partition has ended, for whatever reason.</summary>
    public CancellationToken Ended => Mailbox.Ended;

    /// <summary>Repeats an operation until the storage answers.</summary>
    public Task<T> PersistAsync<T>(Func<Task<T>> operation, CancellationToken cancellation) =>
        Persistence.RunAsync(operation, Services.Time, away: null, cancellation);
}
