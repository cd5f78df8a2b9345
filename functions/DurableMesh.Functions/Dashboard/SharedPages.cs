using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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
        if (http.Request.Headers.ContainsKey("HX-Request"))
        {
            var wanted = await WantedAsync(http.Request, stop);
            while (_drawings.TryGetValue(key, out var shared) && IsYoung(shared) && shared.Shows(wanted))
            {
                if (await shared.Page.WaitAsync(stop) is not { } page)
                {
                    _drawings.TryRemove(new(key, shared));
                }
                else if (shared.Shows(wanted))
                {
                    context.GetInvocationResult().Value = page.For(await sessions.FormTokenAsync(http, stop));
                    return;
                }
            }
        }

        // Kept before it begins: news reach many at once, and all of them wait for this one.
        var drawing = new Drawing(time.GetTimestamp());
        Keep(key, drawing);
        try
        {
            drawing.Begin(await feed.EndAsync(stop));
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
    /// <param name="begunAt">When it began.</param>
    private sealed class Drawing(long begunAt)
    {
        private readonly TaskCompletionSource<PageAnswer?> _page = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile StrongBox<EventCursor>? _from;

        public long BegunAt => begunAt;

        /// <summary>The page; null where it could not be drawn.</summary>
        public Task<PageAnswer?> Page => _page.Task;

        /// <summary>It reads the store from now on.</summary>
        /// <param name="from">What had happened until then.</param>
        public void Begin(EventCursor from) => _from = new StrongBox<EventCursor>(from);

        /// <summary>Whether it shows all that is wanted; before it reads, it may.</summary>
        public bool Shows(EventCursor wanted) => _from is not { Value: var from } || (wanted.Store == from.Store
            && from.Threads >= wanted.Threads && from.Tasks >= wanted.Tasks && from.Reach >= wanted.Reach);

        public void Finish(PageAnswer? page) => _page.TrySetResult(page);
    }
}
