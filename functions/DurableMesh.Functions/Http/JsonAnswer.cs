using System.Globalization;
using System.Text.Json;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>An answer whose body is JSON, written by a source-generated serializer.</summary>
internal sealed class JsonAnswer<T>(T value, int status = StatusCodes.Status200OK) : IResult
{
    /// <summary>The body.</summary>
    public T Value => value;

    /// <summary>The status code.</summary>
    public int Status => status;

    /// <summary>The <c>Location</c> header, if any.</summary>
    public string? Location { get; init; }

    /// <summary>The version for the <c>ETag</c> header, if any.</summary>
    public int? Version { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = JsonBody.MediaType;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (Version is { } version)
        {
            response.Headers.ETag = Preconditions.ETagOf(version);
        }

        return JsonBody.WriteAsync(response, value, httpContext.RequestAborted);
    }
}

/// <summary>A problem as RFC 9457 wants it, with <c>Retry-After</c> where trying again helps.</summary>
internal sealed class ProblemAnswer(Problem problem) : IResult
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(1);

    /// <summary>The problem.</summary>
    public Problem Problem => problem;

    /// <summary>When to try again; null for a moment, where trying again helps at all.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        response.ContentType = Problem.MediaType;
        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            var seconds = (int)Math.Ceiling((RetryAfter ?? AMoment).TotalSeconds);
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        return JsonBody.WriteAsync(response, problem, httpContext.RequestAborted);
    }
}

/// <summary>An answer that is a JSON file as it stands.</summary>
internal sealed class JsonFileAnswer(ReadOnlyMemory<byte> file) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = JsonBody.MediaType;
        return JsonBody.WriteFileAsync(httpContext.Response, file, httpContext.RequestAborted);
    }
}

/// <summary>Writes a body of known length, so that it leaves in one piece.</summary>
internal static class JsonBody
{
    /// <summary>What every answer but a problem is.</summary>
    public const string MediaType = "application/json; charset=utf-8";

    public static Task WriteAsync<T>(HttpResponse response, T value, CancellationToken cancellation) =>
        WriteFileAsync(response, JsonSerializer.SerializeToUtf8Bytes(value, AppJson.TypeInfo<T>()), cancellation);

    public static async Task WriteFileAsync(HttpResponse response, ReadOnlyMemory<byte> utf8, CancellationToken cancellation)
    {
        response.ContentLength = utf8.Length;
        await response.Body.WriteAsync(utf8, cancellation);
    }
}
