using System.Runtime.CompilerServices;
using DurableMesh.Tests.Functions.OpenApi;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>Talks HTTP, and lets somebody hear of all that goes by.</summary>
internal sealed class DescribedHttp(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Who hears of it. Unless somebody else does, all is held against the description of the API.</summary>
    public Action<ApiExchange> Hear { get; set; } = ApiConformance.Check;

    /// <summary>Stands in front of every host of the tests, but of no benchmark.</summary>
    [ModuleInitializer]
    public static void Listen() => MeshHost.Around = inner => new DescribedHttp(inner);

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
        Hear(exchange);
        return response;
    }
}
