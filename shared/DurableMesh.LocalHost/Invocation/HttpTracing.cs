using System.Diagnostics;
using System.Globalization;

using DurableMesh.TaskHub.Telemetry;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.LocalHost;

/// <summary>A span for each HTTP request, under the caller's that its <c>traceparent</c> header names.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/semconv/http/http-spans/</remarks>
internal static class HttpTracing
{
    /// <summary>The pipeline from here on, traced where somebody listens.</summary>
    public static RequestDelegate Trace(RequestDelegate next) =>
        http => EngineTracing.Source.HasListeners() ? TraceAsync(http, next) : next(http);

    private static async Task TraceAsync(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } text ? $"/{text.TrimStart('/')}" : null;
        ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);

        // The server has an activity of its own round the request that nobody exports: it would be a parent that is missing.
        Activity.Current = null;
        using var span = EngineTracing.Source.StartActivity(
            route is null ? request.Method : $"{request.Method} {route}", ActivityKind.Server, caller);
        span?.SetTag("http.request.method", request.Method)
            .SetTag("http.route", route)
            .SetTag("url.scheme", request.Scheme)
            .SetTag("url.path", request.Path.Value)
            .SetTag("server.address", request.Host.Host)
            .SetTag("server.port", request.Host.Port);
        await next(http);

        var status = http.Response.StatusCode;
        span?.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        }
    }
}
