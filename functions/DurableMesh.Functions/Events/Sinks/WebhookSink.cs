using System.Net;
using System.Net.Http.Headers;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Webhooks;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>A webhook: each event is posted, and signed.</summary>
internal sealed class WebhookSink(
    string id, Uri url, string secret, EventFilter filter, EventCursor? from, HttpClient http, TimeProvider time) : IEventSink
{
    /// <summary>How long a receiver may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Id => id;

    public string Address => AddressOf(url);

    public EventFilter Filter => filter;

    public EventCursor? From => from;

    /// <summary>An address without what its query says, which may be a secret.</summary>
    public static string AddressOf(Uri url) => url.GetLeftPart(UriPartial.Path) + (url.Query.Length > 0 ? "?…" : "");

    public async Task<SinkAnswer> TellAsync(StoredEvent happened, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ReadOnlyMemoryContent(happened.Json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(MeshEvent.MediaType, "utf-8") },
            },
        };
        request.Headers.UserAgent.ParseAdd("DurableMesh");
        WebhookSignature.Sign(request, secret, happened.Event.Id, time.GetUtcNow(), happened.Json.Span);
        try
        {
            // Whatever it says besides the status, nobody reads.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return response.IsSuccessStatusCode
                ? SinkAnswer.Taken
                : new SinkAnswer(
                    Words(response.StatusCode), response.StatusCode == HttpStatusCode.Gone, RetryAfterOf(response.Headers));
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            return new SinkAnswer(refused.Message);
        }
        catch (HttpRequestException e)
        {
            return new SinkAnswer($"It cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SinkAnswer($"It did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static string Words(HttpStatusCode status) => (int)status is >= 300 and < 400
        ? $"It answered {(int)status}: a redirect is not followed."
        : $"It answered {(int)status}.";

    private TimeSpan? RetryAfterOf(HttpResponseHeaders headers) =>
        headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date is { } date ? date - time.GetUtcNow() : null);
}
