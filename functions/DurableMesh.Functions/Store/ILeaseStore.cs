using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>Which runners are at work on which threads, for all hosts alike.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.</remarks>
public interface ILeaseStore
{
    /// <summary>Claims a message, renews the claim, or says that it is done with: as <see cref="LeaseRules"/> decide.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="request">What is asked for, the agent named by its id.</param>
    /// <param name="cancellation">Stops waiting; the claim may still succeed.</param>
    Task<LeaseDecision> AskAsync(string threadId, LeaseRequest request, CancellationToken cancellation);

    /// <summary>The leases that are alive, by thread; what other hosts changed in the last moments may be missing.</summary>
    ValueTask<ILookup<string, LeaseView>> AtWorkAsync(CancellationToken cancellation);

    /// <summary>Removes the leases of threads that are over.</summary>
    /// <param name="isOver">Whether a thread is.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task SweepAsync(Func<string, ValueTask<bool>> isOver, CancellationToken cancellation);
}
