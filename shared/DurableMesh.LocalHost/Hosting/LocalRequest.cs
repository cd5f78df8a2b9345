using System.Net;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>Tells requests that this machine means for this machine from what a page in a browser here is made to send.</summary>
public static class LocalRequest
{
    /// <summary>Whether a host's name, without a port, means this machine.</summary>
    /// <param name="host">The name or address.</param>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>
    /// Whether a request was meant for this machine by this machine: a page from elsewhere in a browser here, or a name from
    /// elsewhere that leads here, is somebody else.
    /// </summary>
    /// <param name="request">The request.</param>
    public static bool IsFromHere(HttpRequest request) =>
        IsLoopback(request.Host.Host)
        && !IsCrossSite(request)
        && (request.Headers.Origin.ToString() is not { Length: > 0 } origin
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLoopback(page.Host)));

    /// <summary>Whether a browser says that another site's page made it send the request.</summary>
    /// <param name="request">The request.</param>
    public static bool IsCrossSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString().Equals("cross-site", StringComparison.OrdinalIgnoreCase);
}
