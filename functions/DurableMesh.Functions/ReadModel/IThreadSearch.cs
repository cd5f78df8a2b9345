using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Finds threads: by what they are, and by their words, those of the subject, the brief, and the messages.</summary>
public interface IThreadSearch
{
    /// <summary>
    /// Threads that are wanted and may be seen; those that began last come first. It needs no tables: where they are not up to
    /// date, the log's index looks at one thread after the other.
    /// </summary>
    /// <param name="filter">Which threads are wanted.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="limit">The most threads.</param>
    /// <param name="before">Where an earlier page ended; null for the first.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    ValueTask<ThreadList> ListAsync(
        ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation);

    /// <summary>
    /// Threads that have a message which, together with the thread's subject, has all of the words; those that began last come
    /// first.
    /// </summary>
    /// <param name="words">The words.</param>
    /// <param name="filter">Which threads are wanted.</param>
    /// <param name="caller">Who asks: an agent finds only threads that it is a party of.</param>
    /// <param name="limit">The most threads. A page may have fewer and not be the last.</param>
    /// <param name="before">Where an earlier page ended; null for the first.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="SearchUnavailableException">Nothing can be looked for now.</exception>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    ValueTask<FoundThreads> FindAsync(
        SearchWords words, ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation);
}

/// <summary>A page of threads that a search found.</summary>
/// <param name="Threads">The threads.</param>
/// <param name="Hits">Where the words are, in the same order.</param>
/// <param name="Next">Where the next page starts; null on the last one.</param>
/// <param name="IsBehind">Whether the newest messages may not have been looked through yet.</param>
public sealed record FoundThreads(
    IReadOnlyList<ThreadView> Threads, IReadOnlyList<ThreadHit> Hits, LogPosition? Next, bool IsBehind);
