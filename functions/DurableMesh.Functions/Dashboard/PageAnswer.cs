using System.Text;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>A page. It may load from here and send to here, nothing else, and stand in no frame.</summary>
internal sealed class PageAnswer(string html, int status) : IResult
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets what every answer of the dashboard says to the browser.</summary>
    public static void Guard(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, body) = (httpContext.Response, Encoding.UTF8.GetBytes(html));
        Guard(response);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
