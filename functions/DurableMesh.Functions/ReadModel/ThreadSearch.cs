using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.ReadModel;

/// <summary><see cref="IThreadSearch"/> over the read model.</summary>
internal sealed class ThreadSearch(BlobThreadLog log, ReadModelState state) : IThreadSearch
{
    /// <summary>So long a search waits for the tables to hold what the store held when it was asked.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So long a list does, which can do without them; and as long it waits for searches that are slow.</summary>
    internal TimeSpan ListPatience { get; init; } = TimeSpan.FromMilliseconds(100);

    public async ValueTask<ThreadList> ListAsync(
        ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation)
    {
        if ((filter.LeavesFew || caller.Subject is { IsAgent: true }) && state.Trouble is null)
        {
            try
            {
                if (await state.ReachAsync(await log.EndAsync(cancellation), ListPatience, cancellation))
                {
                    MustBeOurs(before);
                    var (threads, next) = await state.ReadAsync(
                        connection => new ListRun(connection, filter, caller).Find(limit, before), cancellation, ListPatience);
                    return new ThreadList(threads, OfThisStore(next));
                }
            }
            catch (SearchUnavailableException)
            {
                // The index is slower, and always there.
            }
        }

        return await (filter.State is ThreadPhase.Open or ThreadPhase.Held
            ? log.ListRunningAsync(Shows, limit, before, cancellation)
            : log.ListAsync(Shows, limit, before, cancellation));

        bool Shows(ThreadView view) => filter.Matches(view) && caller.Sees(view);
    }

    public async ValueTask<FoundThreads> FindAsync(
        SearchWords words, ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation)
    {
        var isFresh = await state.ReachAsync(await log.EndAsync(cancellation), Patience, cancellation);
        MustBeOurs(before);
        var found = await state.ReadAsync(
            connection => new SearchRun(connection, words, filter, caller).Find(limit, before), cancellation);
        return found with { Next = OfThisStore(found.Next), IsBehind = !isFresh };
    }

    private LogPosition? OfThisStore(LogPosition? next) => next is { } position ? position with { Store = log.Store } : null;

    private void MustBeOurs(LogPosition? position)
    {
        if (position is { Store: var store } && (store == 0 || store != log.Store))
        {
            throw new UnknownPositionException();
        }
    }
}
