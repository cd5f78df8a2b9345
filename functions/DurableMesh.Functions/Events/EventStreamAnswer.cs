using System.IO.Pipelines;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMesh.Functions.Events;

/// <summary>
/// Events as they come, as server-sent events. The stream knows a cursor and nothing else: where its reader is slow it waits, and
/// goes on with what is in the log.
/// </summary>
internal sealed class EventStreamAnswer(
    IEventFeed feed,
    IEventStreamForm form,
    EventStreams streams,
    ICallerCheck callers,
    EventCursor from,
    EventFilter filter,
    TimeSpan longest,
    TimeProvider time) : IResult
{
    /// <summary>How often something is written where nothing happens.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private const int EventsAtOnce = 100;
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a page is told at most; zero for each time. Pages with the same pace are told at the same instants, so that one
    /// drawing serves all of them.
    /// </summary>
    public TimeSpan Pace { get; init; }

    private EventCursor _cursor = from;
    private EventFilter _filter = filter;
    private long _checked;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ticket = TryEnter(out var problem);
        if (ticket is null)
        {
            await form.Refuse(problem!).ExecuteAsync(httpContext);
            return;
        }

        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, streams.Stopping, limit.Token);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        _checked = time.GetTimestamp();
        try
        {
            await WriteAsync(httpContext, ticket, response.BodyWriter, either.Token);
        }
        catch (Exception e) when (
            e is OperationCanceledException or ProblemException or StoreUnavailableException or EventsExpiredException)
        {
            // The reader is gone, or comes again with the last cursor it has, and is told then.
        }
    }

    private EventStreamTicket? TryEnter(out Problem? problem)
    {
        try
        {
            problem = null;
            return streams.Enter(_filter.Listener);
        }
        catch (ProblemException refused)
        {
            problem = refused.Problem;
            return null;
        }
    }

    private async Task WriteAsync(
        HttpContext http, EventStreamTicket ticket, PipeWriter writer, CancellationToken cancellation)
    {
        var goesOn = form.Begin(writer, _cursor);
        await writer.FlushAsync(cancellation);
        if (!goesOn)
        {
            return;
        }

        for (var said = time.GetTimestamp(); ;)
        {
            var change = feed.NextChange(_filter);
            var page = await feed.ReadAsync(_cursor, _filter, EventsAtOnce, cancellation);
            if (page.Events.Count > 0)
            {
                if (Pace > TimeSpan.Zero)
                {
                    // One word tells of all that comes until then.
                    await Task.Delay(Pace - new TimeSpan(time.GetUtcNow().Ticks % Pace.Ticks), time, cancellation);
                    page = page with { Next = await feed.EndAsync(cancellation), IsLast = true };
                }

                await CheckAsync(http, ticket, TrustedFor);
                goesOn = await form.WriteAsync(writer, page, cancellation);
                await writer.FlushAsync(cancellation);
                if (!goesOn)
                {
                    return;
                }

                said = time.GetTimestamp();
            }

            _cursor = page.Next;
            if (page.IsLast && !await UntilAsync(ticket, change, KeepAlive - time.GetElapsedTime(said), cancellation))
            {
                await CheckAsync(http, ticket, TimeSpan.Zero);
                form.Say(writer, "keep-alive", _cursor);
                await writer.FlushAsync(cancellation);
                said = time.GetTimestamp();
            }
            else if (ticket.Doubts.IsCancellationRequested)
            {
                await CheckAsync(http, ticket, TimeSpan.Zero);
            }
        }
    }

    /// <summary>Waits for news, or a doubt; false where there were none in time.</summary>
    private async Task<bool> UntilAsync(
        EventStreamTicket ticket, Task change, TimeSpan left, CancellationToken cancellation)
    {
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, ticket.Doubts);
        try
        {
            await change.WaitAsync(left, time, either.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>Looks again who listens; the stream ends where that is nobody who may.</summary>
    private async ValueTask CheckAsync(HttpContext http, EventStreamTicket ticket, TimeSpan trusted)
    {
        if (!ticket.HasKey || time.GetElapsedTime(_checked) < trusted)
        {
            return;
        }

        if (ticket.Doubts.IsCancellationRequested)
        {
            ticket.Settle();
        }

        _filter = _filter with { Listener = await callers.CheckAsync(http, form.Function) };
        _checked = time.GetTimestamp();
    }
}
