using DurableMesh.Functions.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DurableMesh.Tests.Functions.Dashboard;

/// <summary>A browser as the dashboard's sessions see it: it keeps cookies, and sends them back.</summary>
internal sealed class Browser
{
    /// <summary>The cookie of the session, as the browser has it.</summary>
    public string? Cookie { get; set; }

    /// <summary>What the last answer asked the browser to keep.</summary>
    public SetCookieHeaderValue? LastSet { get; private set; }

    /// <summary>A request with the cookie.</summary>
    public DefaultHttpContext Request(string scheme = "http")
    {
        var http = new DefaultHttpContext();
        (http.Request.Scheme, http.Request.Host, http.Request.Method) = (scheme, new HostString("127.0.0.1", 7171), "GET");
        if (Cookie is not null)
        {
            http.Request.Headers.Cookie = $"mesh-session={Cookie}";
        }

        return http;
    }

    /// <summary>Keeps what an answer says.</summary>
    public void Keep(HttpContext http)
    {
        LastSet = SetCookieHeaderValue.Parse(Assert.Single(http.Response.Headers.SetCookie)!);
        Cookie = LastSet.Value.ToString();
    }

    /// <summary>Begins a session with a key, and keeps it.</summary>
    public async Task<Browser> BeginAsync(DashboardSessions sessions, string? keyId = "k1", string scheme = "http")
    {
        DefaultHttpContext http = Request(scheme);
        await sessions.BeginAsync(http, keyId, rootHash: null, default);
        Keep(http);
        return this;
    }
}
