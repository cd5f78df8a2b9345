using System.Security.Cryptography;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace DurableMesh.Functions.OpenApi;

/// <summary>The description of the HTTP API over HTTP: for programs, and for people.</summary>
public static class OpenApiFunctions
{
    private static readonly Lazy<DescriptionAnswer> Document = new(
        () => new DescriptionAnswer(ApiDocument.Current.Utf8, JsonBody.MediaType));

    private static readonly Lazy<DescriptionAnswer> Page = new(
        () => new DescriptionAnswer(ApiPage.Utf8Of(ApiDocument.Current), "text/html; charset=utf-8")
        {
            // The page is all there is: no script, no request, no form, no frame.
            Policy = $"default-src 'none'; style-src 'sha256-{ApiPage.StyleHash}'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'",
        });

    /// <summary><c>GET /openapi.json</c>: OpenAPI 3.1.</summary>
    [Function("GetOpenApi")]
    public static IResult GetDocument(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/openapi.json")] HttpRequest request)
    {
        new Query(request).ThrowIfWrong();
        return Document.Value;
    }

    /// <summary><c>GET /docs</c>: the same as a page.</summary>
    [Function("GetApiDocs")]
    public static IResult GetPage(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs")] HttpRequest request)
    {
        new Query(request).ThrowIfWrong();
        return Page.Value;
    }

    /// <summary>A text that is the same for everybody until another build runs.</summary>
    private sealed class DescriptionAnswer(ReadOnlyMemory<byte> content, string type) : IResult
    {
        private readonly EntityTagHeaderValue _etag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(content.Span))[..32]}\"");

        /// <summary>The content security policy; null where no browser shows it.</summary>
        public string? Policy { get; init; }

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.Headers.ETag = _etag.ToString();
            response.Headers.CacheControl = "private, no-cache";
            response.Headers.XContentTypeOptions = "nosniff";
            if (Policy is not null)
            {
                response.Headers.ContentSecurityPolicy = Policy;
                response.Headers["Referrer-Policy"] = "no-referrer";
            }

            if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(one => one.Compare(_etag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            response.ContentType = type;
            return JsonBody.WriteFileAsync(response, content, httpContext.RequestAborted);
        }
    }
}
