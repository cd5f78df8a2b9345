using System.Net;
using System.Text;
using System.Text.Json;
using DurableMesh.Functions.Tasks;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>A tracker behind the webhook: hears, and answers as a test says.</summary>
internal sealed class Tracker : HttpMessageHandler
{
    /// <summary>What it answers to the event of this id.</summary>
    public Func<string, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.NoContent;

    /// <summary>Every request that came, whatever was answered.</summary>
    public List<Notice> Notices { get; } = [];

    /// <summary>The ids of the events, in order.</summary>
    public IEnumerable<string> Ids => Notices.Select(notice => notice.Event.GetProperty("id").GetString()!);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        Notices.Add(new Notice(
            request.RequestUri!,
            request.Content.Headers.ContentType!.ToString(),
            request.Headers.GetValues(TaskWebhook.SignatureHeader).Single(),
            body));
        return new HttpResponseMessage(Answer(Ids.Last()));
    }
}

/// <summary>What the tracker was sent.</summary>
internal sealed record Notice(Uri Url, string ContentType, string Signature, byte[] Body)
{
    public JsonElement Event { get; } = JsonDocument.Parse(Encoding.UTF8.GetString(Body)).RootElement;
}
