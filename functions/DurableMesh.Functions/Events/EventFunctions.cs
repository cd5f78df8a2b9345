using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary>What happens, over HTTP: as a stream, or a page at a time.</summary>
public sealed class EventFunctions(
    IEventFeed feed,
    EventStreams streams,
    IAgentDirectory agents,
    ICallerCheck callers,
    IServiceProvider services,
    IOptions<MeshOptions> options,
    TimeProvider time)
{
    private const int DefaultPageLength = 100;
    private const int LongestPage = 500;
    private const int MostValues = 32;

    private readonly EventCursors _cursors = services.GetRequiredService<EventCursors>();

    /// <summary>
    /// <c>GET /events?type=&amp;thread=&amp;agent=&amp;company=&amp;after=&amp;since=</c>: server-sent events; with
    /// <c>Accept: application/json</c> one page, with <c>&amp;limit=&amp;wait=</c>.
    /// </summary>
    [Function("Events")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/events")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "type", "thread", "agent", "company", "after", "since", "limit", "wait");
        var filter = await FilterAsync(request, query, cancellation);
        var since = query.Duration("since", options.Value.Events.Retention);
        var limit = query.Number("limit", 1, LongestPage, DefaultPageLength);
        var wait = query.Duration("wait", LongPoll.LongestWait);
        query.ThrowIfWrong();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, request.HttpContext.RequestAborted);
        await _cursors.OpenAsync(either.Token);
        var after = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : query.Text("after");
        if (after is null && since > TimeSpan.Zero)
        {
            filter = filter with { NotBefore = time.GetUtcNow() - since };
        }

        var from = after is not null ? _cursors.Open(after)
            : filter.NotBefore is { } instant ? await feed.SinceAsync(instant, either.Token)
            : await feed.EndAsync(either.Token);
        return WantsJson(request)
            ? await PageAsync(from, filter, limit, wait, either.Token)
            : await StreamAsync(from, filter, either.Token);
    }

    /// <summary>Only that something happened, from now on, as server-sent events that say how far one has heard.</summary>
    internal async Task<IResult> TellAsync(HttpRequest request, CancellationToken cancellation)
    {
        var query = new Query(request, "type", "thread", "agent", "company", "pace");
        var filter = await FilterAsync(request, query, cancellation);
        var pace = TimeSpan.FromMilliseconds(query.Number("pace", 0, 10_000, otherwise: 0));
        query.ThrowIfWrong();
        await _cursors.OpenAsync(cancellation);
        return await StreamAsync(await feed.EndAsync(cancellation), filter, cancellation, PageNames.Live, pace);
    }

    private async Task<IResult> StreamAsync(
        EventCursor from, EventFilter filter, CancellationToken cancellation, string? page = null, TimeSpan pace = default)
    {
        // Whoever comes with a cursor that does not hold must hear of it before the stream begins.
        await feed.ReadAsync(from, filter, 1, cancellation);
        return new EventStreamAnswer(
            feed,
            page is null ? new CloudEventForm(_cursors) : new NewsForm(_cursors, page),
            streams,
            callers,
            from,
            filter,
            options.Value.Events.LongestStream ?? TimeSpan.FromDays(1),
            time)
        {
            Pace = pace,
        };
    }

    private async Task<IResult> PageAsync(
        EventCursor from, EventFilter filter, int limit, TimeSpan wait, CancellationToken cancellation)
    {
        using var place = wait > TimeSpan.Zero ? streams.Enter(filter.Listener) : null;
        for (var started = time.GetTimestamp(); ;)
        {
            var change = feed.NextChange(filter);
            var page = await feed.ReadAsync(from, filter, limit, cancellation);
            from = page.Next;
            var left = wait - time.GetElapsedTime(started);
            if (page.Events.Count > 0
                || (page.IsLast && (left <= TimeSpan.Zero || !await IsDoneAsync(change, left, cancellation))))
            {
                return new JsonAnswer<EventsPage>(
                    new EventsPage([.. page.Events.Select(one => one.Event)], _cursors.Seal(from), !page.IsLast));
            }
        }
    }

    private async Task<bool> IsDoneAsync(Task change, TimeSpan left, CancellationToken cancellation)
    {
        try
        {
            await change.WaitAsync(left, time, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Which events a request asks for; what is wrong with it is noted in the query.</summary>
    internal async ValueTask<EventFilter> FilterAsync(HttpRequest request, Query query, CancellationToken cancellation)
    {
        var types = query.Texts("type", MostValues);
        foreach (var type in types.Where(type => !EventTypes.All.Any(known => EventFilter.Fits(type, known))))
        {
            query.Wrong(
                "type",
                "unknown_value",
                $"There is no event {type}; there are {string.Join(", ", EventTypes.All)}, and beginnings with *.");
        }

        var (named, companies) = (query.Texts("agent", MostValues), query.Texts("company", MostValues));
        var registry = named.Count + companies.Count == 0 ? AgentRegistry.Empty : await agents.ReadAsync(cancellation);
        return registry.Resolved(new EventFilter
        {
            Types = types,
            Threads = query.Texts("thread", MostValues),
            Agents = named,
            Companies = companies,
            Listener = Caller.Of(request),
        });
    }

    private static bool WantsJson(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase);
}
