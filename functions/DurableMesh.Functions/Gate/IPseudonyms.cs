using DurableMesh.Core.Redaction;

namespace DurableMesh.Functions.Gate;

/// <summary>What stands in for whom in a thread.</summary>
public interface IPseudonyms
{
    /// <summary>The key of a thread's placeholders: the same for ever, another one in every thread.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="Store.StoreUnavailableException">The storage has not answered in time.</exception>
    ValueTask<PseudonymKey> OfAsync(string threadId, CancellationToken cancellation);
}
