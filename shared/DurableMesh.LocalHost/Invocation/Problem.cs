using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>An error as HTTP callers get it (RFC 9457).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Title">What is wrong, the same for all errors with this code.</param>
/// <param name="Detail">What is wrong here, and what to do.</param>
/// <param name="Owner">Where the host that can answer is reached, when it is not this one.</param>
internal sealed record Problem(
    int Status,
    string Code,
    string Title,
    string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Owner = null)
{
    private const string ContentType = "application/problem+json";

    /// <summary>The code says it all.</summary>
    public string Type { get; } = "about:blank";

    /// <summary>
    /// Answers with the problem; where an answer has begun already, breaks the connection, so that it does not pass for whole.
    /// </summary>
    public static Task WriteAsync(
        HttpContext http, int status, string code, string title, string detail, int? retryAfterSeconds = null) =>
        WriteAsync(http, new Problem(status, code, title, detail), retryAfterSeconds);

    /// <inheritdoc cref="WriteAsync(HttpContext, int, string, string, string, int?)"/>
    public static Task WriteAsync(HttpContext http, Problem problem, int? retryAfterSeconds = null)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.Clear();
        http.Response.Headers.RetryAfter = retryAfterSeconds?.ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = problem.Status;
        return http.Response.WriteAsJsonAsync(problem, ProblemJson.Readable.Problem, ContentType, http.RequestAborted);
    }
}

[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Apostrophes stay readable: the answer is JSON by its type, and never part of a page.</summary>
    public static ProblemJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
