using DurableMesh.TaskHub;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost;

/// <summary>Turns what an endpoint throws into the answer of RFC 9457.</summary>
internal sealed partial class HttpFailures(ILogger<HttpFailures> logger)
{
    /// <summary>The same, where what failed had to ask the storage.</summary>
    public Task AnswerAtStorageAsync(HttpContext http, Exception error) =>
        error is IOException and not (BadHttpRequestException or TaskHubOverloadedException)
            ? Problem.WriteAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                "storage_unavailable",
                "The storage cannot answer now.",
                error.Message,
                retryAfterSeconds: 1)
            : AnswerAsync(http, error);

    public Task AnswerAsync(HttpContext http, Exception error)
    {
        var endpoint = http.GetEndpoint()?.DisplayName ?? "";
        if (http.RequestAborted.IsCancellationRequested)
        {
            LogCallerGone(endpoint);
            return Task.CompletedTask;
        }

        if (error is TaskHubOverloadedException full)
        {
            return Problem.WriteAsync(
                http,
                StatusCodes.Status429TooManyRequests,
                "overloaded",
                "The task hub has as much to do as it takes.",
                full.Message,
                retryAfterSeconds: 1);
        }

        if (error is BadHttpRequestException bad)
        {
            return Problem.WriteAsync(http, bad.StatusCode, "bad_request", "The request cannot be read.", bad.Message);
        }

        LogFailed(error, endpoint, http.TraceIdentifier);
        return Problem.WriteAsync(
            http,
            StatusCodes.Status500InternalServerError,
            "internal_error",
            "The host or the app failed.",
            $"'{endpoint}' failed; the host's log says why under {http.TraceIdentifier}.");
    }
}
