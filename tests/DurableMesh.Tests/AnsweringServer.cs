using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests;

/// <summary>
/// An HTTP server on a free loopback port, of which a test says how it answers. <see cref="System.Net.HttpListener"/> is none: one
/// that is stopped while it begins to wait for a request waits for ever.
/// </summary>
internal sealed class AnsweringServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Answers a request.</param>
    public AnsweringServer(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(answer);
        _app.Start();
    }

    /// <summary>Where it answers, without a slash at the end.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>All that a request carries.</summary>
    public static async Task<string> BodyOfAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
