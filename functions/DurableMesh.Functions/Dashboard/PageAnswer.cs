using System.Text;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>A page. It may load from here and send to here, nothing else, and stand in no frame.</summary>
/// <remarks>Not compressed: beside what others write stands the session's token, which the length would betray.</remarks>
internal sealed class PageAnswer : IResult
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    private readonly byte[] _body;
    private readonly int _status;
    private readonly byte[] _token;

    /// <summary>A page that was drawn for a session.</summary>
    /// <param name="html">The page.</param>
    /// <param name="status">Its status.</param>
    /// <param name="formToken">The session's token, which stands in its forms.</param>
    public PageAnswer(string html, int status, string formToken)
        : this(Encoding.UTF8.GetBytes(html), status, Encoding.ASCII.GetBytes(formToken))
    {
    }

    private PageAnswer(byte[] body, int status, byte[] token) => (_body, _status, _token) = (body, status, token);

    /// <summary>Whether it is what was asked for, and no problem.</summary>
    public bool IsPlain => _status == StatusCodes.Status200OK;

    /// <summary>The same page for another session of somebody who sees the same.</summary>
    /// <param name="formToken">That session's token.</param>
    public PageAnswer For(string formToken)
    {
        var token = Encoding.ASCII.GetBytes(formToken);
        if (token.AsSpan().SequenceEqual(_token))
        {
            return this;
        }

        var body = _body.AsSpan().ToArray();
        for (int at = 0, next; (next = body.AsSpan(at).IndexOf(_token)) >= 0; at += next + token.Length)
        {
            token.CopyTo(body, at + next);
        }

        return new PageAnswer(body, _status, token);
    }

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
        var response = httpContext.Response;
        Guard(response);
        response.StatusCode = _status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = _body.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(_body, httpContext.RequestAborted);
    }
}
