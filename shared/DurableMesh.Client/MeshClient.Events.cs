using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;

namespace DurableMesh.Client;

/// <content>What happens.</content>
public sealed partial class MeshClient
{
    /// <summary>
    /// Events after a position, or since a while ago; with <paramref name="wait"/> the answer may take that long.
    /// </summary>
    /// <param name="filters">Which: <c>type</c>, <c>thread</c>, <c>agent</c>, <c>company</c>, <c>since</c>, <c>limit</c>.</param>
    /// <param name="after">The <c>Next</c> of the page before; null for the first.</param>
    /// <param name="wait">How long to wait for one where there is none.</param>
    /// <param name="cancellation">Stops asking.</param>
    public Task<EventsPage> GetEventsAsync(
        IEnumerable<(string Name, string? Value)> filters, string? after, TimeSpan wait, CancellationToken cancellation) =>
        _transport.PollAsync(
            asked =>
            {
                var request = Get("events" + Query(
                    [.. filters, ("after", after), ("wait", asked > TimeSpan.Zero ? Iso8601Duration.Format(asked) : null)]));
                request.Headers.Accept.ParseAdd("application/json");
                return request;
            },
            wait,
            ClientJson.Context.EventsPage,
            cancellation);

    /// <summary>Has somebody told of events; the answer has the secret that the posts are signed with, this once.</summary>
    public Task<WebhookView> AddWebhookAsync(AddWebhookRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.AddWebhookRequest);
        return _transport.AskAsync(() => Post("webhooks", body), ClientJson.Context.WebhookView, cancellation);
    }

    /// <summary>All webhooks, and the sinks that the host's settings name.</summary>
    public Task<WebhooksPage> ListWebhooksAsync(CancellationToken cancellation) =>
        GetAsync("webhooks", ClientJson.Context.WebhooksPage, cancellation);

    /// <summary>A webhook.</summary>
    public Task<WebhookView> GetWebhookAsync(string id, CancellationToken cancellation) =>
        GetAsync($"webhooks/{Escape(id)}", ClientJson.Context.WebhookView, cancellation);

    /// <summary>Has a webhook told nothing until it is resumed.</summary>
    public Task<WebhookView> PauseWebhookAsync(string id, CancellationToken cancellation) => _transport.AskAsync(
        () => Post($"webhooks/{Escape(id)}/pause", "{}"u8.ToArray()), ClientJson.Context.WebhookView, cancellation);

    /// <summary>Has a webhook told again, from where it was.</summary>
    public Task<WebhookView> ResumeWebhookAsync(string id, CancellationToken cancellation) => _transport.AskAsync(
        () => Post($"webhooks/{Escape(id)}/resume", "{}"u8.ToArray()), ClientJson.Context.WebhookView, cancellation);

    /// <summary>Has a webhook told no more, for good.</summary>
    public Task RemoveWebhookAsync(string id, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"api/webhooks/{Escape(id)}"), cancellation);

    /// <summary>What a webhook did not take within a day.</summary>
    public Task<DeadLettersPage> ListDeadLettersAsync(string id, CancellationToken cancellation) =>
        GetAsync($"webhooks/{Escape(id)}/dead", ClientJson.Context.DeadLettersPage, cancellation);

    /// <summary>Has a webhook told once more of what it did not take.</summary>
    public Task ResendDeadLetterAsync(string id, string letter, CancellationToken cancellation) => _transport.AnswerAsync(
        () => Post($"webhooks/{Escape(id)}/dead/{Escape(letter)}/resend", "{}"u8.ToArray()), cancellation);
}
