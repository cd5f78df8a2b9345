using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Threads over HTTP: one, or many.</summary>
public sealed class ReadThreads(
    IThreadSearch search,
    ThreadFinder threads,
    IAgentDirectory agents,
    ThreadHolds holds,
    ILeaseStore leases,
    StoppedThreads stopped,
    OverdueThreads overdue)
{
    private const int DefaultPageLength = 50;
    private const int LongestPage = 500;

    /// <summary><c>GET /threads/{id}</c>.</summary>
    [Function("GetThread")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/threads/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var view = await FindAsync(client, id, Caller.Of(request), cancellation);
        return new JsonAnswer<ThreadView>(ThreadFinder.WithManagement(client, view, Caller.Of(request)));
    }

    /// <summary>A thread with all that is known of it now.</summary>
    internal async Task<ThreadView> FindAsync(
        DurableTaskClient client, string id, Caller caller, CancellationToken cancellation)
    {
        var view = await threads.FindAsync(client, id, caller, cancellation);
        caller.MustSee(view);
        view = await holds.ExplainAsync(await stopped.CheckAsync(client, view, cancellation), cancellation);
        return (await WithWorkAsync([view], cancellation))[0];
    }

    /// <summary>
    /// <c>GET /threads?q=&amp;state=&amp;endState=&amp;agent=&amp;company=&amp;mcTask=&amp;idPrefix=&amp;limit=&amp;cursor=</c>,
    /// newest first; with <c>q</c> those that have the words.
    /// </summary>
    [Function("ListThreads")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/threads")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "q", "state", "endState", "agent", "company", "mcTask", "idPrefix", "limit", "cursor");
        var filter = new ThreadFilter(
            await agents.ReadAsync(cancellation),
            query.OneOf<ThreadPhase>("state"),
            query.OneOf<EndState>("endState"),
            query.Text("agent"),
            query.Text("company"),
            query.Text("mcTask"),
            query.Text("idPrefix"));
        var words = WordsOf(query);
        var limit = query.Number("limit", 1, LongestPage, DefaultPageLength);
        var before = query.Cursor("cursor");
        query.ThrowIfWrong();

        await overdue.EndAsync(client, cancellation);
        var caller = Caller.Of(request);
        if (words is not null)
        {
            var having = await search.FindAsync(words, filter, caller, limit, before, cancellation);
            return new JsonAnswer<ThreadsPage>(
                new ThreadsPage(await WithWorkAsync(having.Threads, cancellation), having.Next?.ToString())
                {
                    Hits = having.Hits,
                    Behind = having.IsBehind,
                });
        }

        var found = await ListAsync(filter, caller, limit, before, cancellation);
        return new JsonAnswer<ThreadsPage>(new ThreadsPage(found.Threads, found.Next?.ToString()));
    }

    /// <summary>The threads that a caller wants and may see, those that began last first.</summary>
    internal async ValueTask<ThreadList> ListAsync(
        ThreadFilter filter, Caller caller, int limit, LogPosition? before, CancellationToken cancellation)
    {
        var found = await search.ListAsync(filter, caller, limit, before, cancellation);
        return found with { Threads = await WithWorkAsync(found.Threads, cancellation) };
    }

    private static SearchWords? WordsOf(Query query)
    {
        if (query.Text("q") is not { } text)
        {
            return null;
        }

        if (!SearchWords.TryParse(text, out var words, out var mistake))
        {
            query.Wrong("q", "invalid_value", $"q {mistake}.");
        }

        return words;
    }

    /// <summary>Threads with the leases on them that are alive.</summary>
    internal async ValueTask<IReadOnlyList<ThreadView>> WithWorkAsync(
        IReadOnlyList<ThreadView> views, CancellationToken cancellation)
    {
        if (!views.Any(view => view.State == ThreadPhase.Open))
        {
            return views;
        }

        var all = await leases.AtWorkAsync(cancellation);
        return
        [
            .. views.Select(view => view.State == ThreadPhase.Open && all[view.ThreadId].ToList() is { Count: > 0 } atWork
                ? view with { AtWork = atWork }
                : view),
        ];
    }
}
