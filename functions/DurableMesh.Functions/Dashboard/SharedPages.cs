using System.Collections.Concurrent;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMesh.Functions.Dashboard;

/// <summary>
/// Draws a page once for all who look at it anew because of the same news, and may see the same: many dashboards cost what one
/// does, and the sending. Whoever opens a page gets one of their own.
/// </summary>
internal sealed class SharedPages(IEventFeed feed, EventCursors cursors, DashboardSessions sessions, TimeProvider time)
    : IFunctionsWorkerMiddleware
{
    /// <summary>How far the browser has heard: the page must show all that happened until then.</summary>
    public const string NewsHeader = "Mesh-News";

    private const int Most = 64;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Drawing> _drawings = new(StringComparer.Ordinal);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || !HttpMethods.IsGet(http.Request.Method)
            || Caller.Find(http.Request) is not { } caller || context.FunctionDefinition.Name == PageNames.Live)
        {
            await next(context);
            return;
        }

        var (key, stop) = (KeyOf(http.Request, caller), http.RequestAborted);
        if (http.Request.Headers.ContainsKey("HX-Request")
            && _drawings.TryGetValue(key, out var shared) && IsYoung(shared)
            && shared.Shows(await WantedAsync(http.Request, stop))
            && await shared.Page.WaitAsync(stop) is { } page)
        {
            context.GetInvocationResult().Value = page.For(await sessions.FormTokenAsync(http, stop));
            return;
        }

        var drawing = new Drawing(await feed.EndAsync(stop), time.GetTimestamp());
        Keep(key, drawing);
        try
        {
            await next(context);
            drawing.Finish(context.GetInvocationResult().Value is PageAnswer { IsPlain: true } drawn ? drawn : null);
        }
        finally
        {
            drawing.Finish(null);
        }
    }

    private static string KeyOf(HttpRequest request, Caller caller) => string.Join(
        '\n',
        request.Path + request.QueryString.ToString(),
        caller.ToString(),
        string.Join(',', Enum.GetValues<Scope>().Where(caller.May)),
        DashboardPages.ThemeOf(request));

    private bool IsYoung(Drawing drawing) => time.GetElapsedTime(drawing.BegunAt) < Life;

    private async ValueTask<EventCursor> WantedAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.Headers[NewsHeader].ToString() is { Length: > 0 } heard)
        {
            try
            {
                await cursors.OpenAsync(cancellation);
                return cursors.Open(heard);
            }
            catch (UnknownPositionException)
            {
                // It is of another store; then nothing less than all will do.
            }
        }

        return await feed.EndAsync(cancellation);
    }

    private void Keep(string key, Drawing drawing)
    {
        if (_drawings.Count >= Most)
        {
            foreach (var (other, old) in _drawings)
            {
                if (!IsYoung(old))
                {
                    _drawings.TryRemove(new(other, old));
                }
            }
        }

        if (_drawings.Count < Most || _drawings.ContainsKey(key))
        {
            _drawings[key] = drawing;
        }
    }

    /// <summary>A page that is drawn, or being drawn.</summary>
    /// <param name="from">What had happened when that began.</param>
    /// <param name="begunAt">When it began.</param>
    private sealed class Drawing(EventCursor from, long begunAt)
    {
        private readonly TaskCompletionSource<PageAnswer?> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long BegunAt => begunAt;

        /// <summary>The page; null where it could not be drawn.</summary>
        public Task<PageAnswer?> Page => _page.Task;

        public bool Shows(EventCursor wanted) => wanted.Store == from.Store
            && from.Threads >= wanted.Threads && from.Tasks >= wanted.Tasks && from.Reach >= wanted.Reach;

        public void Finish(PageAnswer? page) => _page.TrySetResult(page);
    }
}
