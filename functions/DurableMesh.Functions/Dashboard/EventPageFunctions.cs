using System.Globalization;
using DurableMesh.Core.Events;
using DurableMesh.Dashboard.Events;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Pages about events and those who are told of them, and what people do to these there.</summary>
public sealed class EventPageFunctions(
    DashboardPages pages, DashboardForms forms, EventFunctions events, WebhookFunctions webhooks, IServiceProvider services)
{
    private const int MostCounted = 30;

    private readonly RecentEvents _recent = services.GetRequiredService<RecentEvents>();
    private readonly SinkStore _store = services.GetRequiredService<SinkStore>();

    /// <summary><c>GET /events?type=&amp;thread=&amp;agent=&amp;company=&amp;before=&amp;event=</c>.</summary>
    [Function(PageNames.Prefix + "Events")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "events")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new Query(request, "type", "thread", "agent", "company", "before", "event");
        var filter = await events.FilterAsync(request, query, cancellation);
        var before = BeforeOf(query);
        query.ThrowIfWrong();
        var asked = new EventListQuery(
            query.Text("type"), query.Text("thread"), query.Text("agent"), query.Text("company"), before);
        var page = await _recent.ReadAsync(filter, before?.At, before?.Event, EventListModel.PageLength, cancellation);
        var older = !page.MayHaveMore ? null
            : page.LookedBackTo is { } back ? new EventPlace(back, Event: null)
            : new EventPlace(page.Events[0].Time, page.Events[0].Id);
        return await pages.ShowAsync<EventListPage>(request, ("Model", new EventListModel(
            asked, [.. page.Events.Reverse()], older, page.LookedBackTo, _recent.Retention)));
    }

    /// <summary><c>GET /events/webhooks</c>.</summary>
    [Function(PageNames.Prefix + "Webhooks")]
    public async Task<IResult> ListWebhooksAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "events/webhooks")] HttpRequest request,
        CancellationToken cancellation)
    {
        var found = (JsonAnswer<WebhooksPage>)await webhooks.ListAsync(request, cancellation);
        var lines = new List<WebhookLine>();
        foreach (var webhook in found.Value.Webhooks)
        {
            int? dead = lines.Count < MostCounted ? await _store.CountDeadAsync(webhook.Id, cancellation) : null;
            lines.Add(new WebhookLine(webhook, dead));
        }

        return await pages.ShowAsync<WebhookListPage>(request, ("Webhooks", lines));
    }

    /// <summary><c>GET /events/webhooks/{id}</c>.</summary>
    [Function(PageNames.Prefix + "Webhook")]
    public async Task<IResult> ShowWebhookAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "events/webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        var webhook = (JsonAnswer<WebhookView>)await webhooks.GetAsync(request, id, cancellation);
        var dead = (JsonAnswer<DeadLettersPage>)await webhooks.ListDeadAsync(request, id, cancellation);
        return await pages.ShowAsync<WebhookPage>(request, ("Model", new WebhookModel(webhook.Value, dead.Value)));
    }

    /// <summary><c>POST /events/webhooks/{id}/pause</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "PauseWebhook")]
    public Task<IResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "events/webhooks/{id}/pause")] HttpRequest request,
        string id,
        CancellationToken cancellation) =>
        DoAsync(request, () => webhooks.PauseAsync(request, id, cancellation), cancellation);

    /// <summary><c>POST /events/webhooks/{id}/resume</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "ResumeWebhook")]
    public Task<IResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "events/webhooks/{id}/resume")] HttpRequest request,
        string id,
        CancellationToken cancellation) =>
        DoAsync(request, () => webhooks.ResumeAsync(request, id, cancellation), cancellation);

    /// <summary><c>POST /events/webhooks/{id}/dead/{letter}/resend</c>: a form of a page.</summary>
    [Function(PageNames.Prefix + "ResendDeadLetter")]
    public Task<IResult> ResendAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "events/webhooks/{id}/dead/{letter}/resend")]
        HttpRequest request,
        string id,
        string letter,
        CancellationToken cancellation) =>
        DoAsync(request, () => webhooks.ResendAsync(request, id, letter, cancellation), cancellation);

    private async Task<IResult> DoAsync(HttpRequest request, Func<Task<IResult>> call, CancellationToken cancellation)
    {
        var form = await forms.ReadAsync(request, cancellation);
        await call();
        return DashboardForms.Next(DashboardForms.NextOf(form));
    }

    private static EventPlace? BeforeOf(Query query)
    {
        if (query.Text("before") is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return new EventPlace(at, query.Text("event"));
        }

        query.Wrong("before", "invalid_value", "before must be an instant that an earlier page gave.");
        return null;
    }
}
