using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;

namespace DurableMesh.Mcp.Http;

/// <summary>
/// Serves clients over streamable HTTP, on the loopback interface only. Each request brings a token; and it names this server and
/// comes from no web page, so that a page that makes its name point here (DNS rebinding) gets nothing.
/// </summary>
public sealed class McpHttp : IAsyncDisposable
{
    /// <summary>The path of the endpoint.</summary>
    public const string Path = "/mcp";

    /// <summary>The shortest token that a person may choose.</summary>
    public const int ShortestToken = 16;

    private const long LargestRequest = 4 * 1024 * 1024;
    private const int MostSessions = 100;

    private readonly WebApplication _app;

    private McpHttp(WebApplication app) => _app = app;

    /// <summary>Where it answers.</summary>
    public Uri Address => new(new Uri(_app.Urls.Single()), Path);

    /// <summary>A token that nobody can guess.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Starts serving.</summary>
    /// <param name="mcp">The server.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="token">The bearer token that each request must bring.</param>
    /// <param name="cancellation">Stops starting.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<McpHttp> StartAsync(MeshMcp mcp, int port, string token, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddMcpServer(mcp.Configure).WithHttpTransport(http =>
        {
            // Protocol 2026-07-28 has no sessions; those before have.
            http.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
#pragma warning disable MCP9006 // sessions are for clients of the protocol before, which need them
            http.MaxIdleSessionCount = MostSessions;
#pragma warning restore MCP9006
        });
        var app = builder.Build();
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        app.Use((context, next) => Judge(context, expected) is { } refusal ? RefuseAsync(context, refusal) : next(context));
        app.MapMcp(Path);
        await app.StartAsync(cancellation);
        return new McpHttp(app);
    }

    /// <summary>Waits until it is stopped.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static (int Status, string Why)? Judge(HttpContext context, byte[] expected)
    {
        var request = context.Request;
        if (!IsThisServer(request.Host, context.Connection.LocalPort))
        {
            return (StatusCodes.Status403Forbidden, "The Host header does not name this server.");
        }

        if (request.Headers.Origin is { Count: > 0 } origin && !IsThisServer(origin, context.Connection.LocalPort))
        {
            return (StatusCodes.Status403Forbidden, "Web pages may not use this server.");
        }

        return IsRight(request.Headers.Authorization.ToString(), expected)
            ? null
            : (StatusCodes.Status401Unauthorized, "The bearer token that this server printed is missing, or another one.");
    }

    private static bool IsThisServer(string? origin, int port) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp
            && IsThisServer(new HostString(uri.Host, uri.Port), port);

    private static bool IsThisServer(HostString host, int port) =>
        host.Port == port && host.Host is "127.0.0.1" or "localhost";

    private static bool IsRight(string authorization, byte[] expected)
    {
        const string Scheme = "Bearer ";
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), expected);
    }

    private static Task RefuseAsync(HttpContext context, (int Status, string Why) refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return context.Response.WriteAsync(refusal.Why + "\n", context.RequestAborted);
    }
}
