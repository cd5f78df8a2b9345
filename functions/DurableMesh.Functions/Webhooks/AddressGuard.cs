using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Webhooks;

/// <summary>
/// Keeps what the mesh posts to addresses that others chose out of private networks: a name is resolved, its addresses are looked
/// at, and one of those very addresses is connected to, so that a name that changes in between gains nothing.
/// </summary>
public sealed class AddressGuard(IOptions<MeshOptions> options)
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // IANA's special-purpose registries (RFC 6890 and its successors), and what cloud providers serve machines from.
    private static readonly IPNetwork[] Private =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/3",
        ]).Select(IPNetwork.Parse),
        new IPNetwork(new IPAddress([168, 63, 129, 16]), 32),
    ];

    // Only what is routed on the internet is public, and no part of it that leads to an IPv4 address by translation.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotGlobal =
        [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"]).Select(IPNetwork.Parse)];

    /// <summary>Whether an address is one of this machine, of a private network, or no place to post to at all.</summary>
    /// <param name="address">The address.</param>
    public static bool IsPrivate(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? Private.Any(network => network.Contains(address))
            : !Global.Contains(address) || NotGlobal.Any(network => network.Contains(address));
    }

    /// <summary>Why nothing may be posted to an address, for whoever names it; null where that is not known before.</summary>
    /// <param name="url">The address.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<string?> ObjectionAsync(Uri url, CancellationToken cancellation)
    {
        if (url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            return "The address must be https://HOST/PATH, without user, password and fragment.";
        }

        if (options.Value.Webhooks.Allows(url.IdnHost))
        {
            return null;
        }

        if (url.Scheme != "https")
        {
            return $"The address must be https://, unless Mesh:Webhooks:Allow names {url.IdnHost}.";
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(url.IdnHost, cancellation);
            return found.Length > 0 && found.All(IsPrivate) ? Refusal(url.IdnHost) : null;
        }
        catch (SocketException)
        {
            // A name that is not known yet may be soon; the connection looks again.
            return null;
        }
    }

    /// <summary>
    /// A client that goes where it may and nowhere else: it follows no redirect, keeps no cookie, uses no proxy, and reads no
    /// answer of its own accord.
    /// </summary>
    /// <param name="timeout">How long a receiver may take to answer.</param>
    public HttpClient CreateClient(TimeSpan timeout) => new(CreateHandler()) { Timeout = timeout };

    /// <summary>The same for an address that the host's own settings name: it may be in a private network.</summary>
    /// <param name="timeout">How long a receiver may take to answer.</param>
    public static HttpClient CreateTrustedClient(TimeSpan timeout) => new(NewHandler()) { Timeout = timeout };

    /// <summary>The handler of <see cref="CreateClient"/>.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = NewHandler();
        handler.ConnectCallback = ConnectAsync;
        return handler;
    }

    private static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectTimeout,
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 0,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        IPAddress[] found = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, cancellation);
        IPAddress[] allowed = options.Value.Webhooks.Allows(host) ? found : [.. found.Where(address => !IsPrivate(address))];
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException(Refusal(host));
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Refusal(string host) =>
        $"{host} is an address of this machine or of a private network. An operator allows it by Mesh:Webhooks:Allow.";
}

/// <summary>Nothing may be posted to the address.</summary>
public sealed class AddressRefusedException(string message) : IOException(message);
