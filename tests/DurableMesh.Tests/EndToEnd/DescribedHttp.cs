using DurableMesh.Tests.Functions.OpenApi;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>Talks HTTP, and lets somebody hear of all that goes by.</summary>
internal sealed class DescribedHttp(HttpMessageHandler inner, Action<ApiExchange> hear) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[]? sent = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        string? type = response.Content.Headers.ContentType?.ToString();
        byte[]? answered = type?.Contains("json", StringComparison.Ordinal) is true or null
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : null;
        var headers = response.Headers.Concat(response.Content.Headers)
            .Select(header => header.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var exchange = new ApiExchange(
            request.Method.Method, request.RequestUri!.PathAndQuery, sent, (int)response.StatusCode, headers, type, answered);
        hear(exchange);
        return response;
    }
}
