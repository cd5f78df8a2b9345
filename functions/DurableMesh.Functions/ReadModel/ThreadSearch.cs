using DurableMesh.Core.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.ReadModel;

/// <summary><see cref="IThreadSearch"/> over the read model.</summary>
internal sealed class ThreadSearch(BlobThreadLog log, ReadModelState state) : IThreadSearch
{
    /// <summary>So long a search waits for the tables to hold what the store held when it was asked.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    public async ValueTask<FoundThreads> FindAsync(
        SearchWords words, ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation)
    {
        var isFresh = await state.ReachAsync(await log.EndAsync(cancellation), Patience, cancellation);
        if (before is { Store: var store } && (store == 0 || store != log.Store))
        {
            throw new UnknownPositionException();
        }

        var found = await state.ReadAsync(
            connection => new SearchRun(connection, words, filter, caller).Find(limit, before), cancellation);
        return found with { Next = found.Next is { } next ? next with { Store = log.Store } : null, IsBehind = !isFresh };
    }
}
