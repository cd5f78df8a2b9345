using System.Security.Cryptography;
using DurableMesh.Core.Events;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>Webhooks over HTTP, for operators. A secret is in one answer, and nowhere else.</summary>
public sealed class WebhookFunctions(IEventFeed feed, AddressGuard guard, IServiceProvider services, TimeProvider time)
{
    private const int LettersAtOnce = 100;

    private readonly FoldedLog<WebhookBook, WebhookChange> _book =
        services.GetRequiredService<FoldedLog<WebhookBook, WebhookChange>>();

    private readonly EventSinks _sinks = services.GetRequiredService<EventSinks>();
    private readonly SinkStore _store = services.GetRequiredService<SinkStore>();

    /// <summary><c>POST /webhooks</c>: from now on somebody is told.</summary>
    [Function("AddWebhook")]
    public async Task<IResult> AddAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, AddWebhookRequest.Read, cancellation);
        if (!Uri.TryCreate(asked.Url, UriKind.Absolute, out var url))
        {
            throw new ProblemException(
                Problems.InvalidRequest("url", "invalid_value", "It must be an absolute https:// address."));
        }

        if (await guard.ObjectionAsync(url, cancellation) is { } objection)
        {
            throw new ProblemException(Problems.InvalidRequest("url", "address_refused", objection));
        }

        var webhook = new Webhook
        {
            Id = asked.Id ?? $"wh-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
            Url = url.AbsoluteUri,
            Secret = WebhookSignature.NewSecret(),
            Types = asked.Types,
            Threads = asked.Threads,
            Agents = asked.Agents,
            Companies = asked.Companies,
            From = (await feed.EndAsync(cancellation)).ToString(),
        };
        await ChangeAsync(request, new WebhookAdded(webhook.Id, webhook), cancellation);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var view = await ShowAsync(webhook.Id, cancellation);
        return new JsonAnswer<WebhookView>(view with { Secret = webhook.Secret }, StatusCodes.Status201Created);
    }

    /// <summary><c>GET /webhooks</c>: all sinks, without their secrets.</summary>
    [Function("ListWebhooks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/webhooks")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var views = new List<WebhookView>();
        foreach (var sink in await _sinks.ReadAsync(cancellation))
        {
            views.Add(await ShowAsync(sink, cancellation));
        }

        return new JsonAnswer<WebhooksPage>(new WebhooksPage(views));
    }

    /// <summary><c>GET /webhooks/{id}</c>.</summary>
    [Function("GetWebhook")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return new JsonAnswer<WebhookView>(await ShowAsync(id, cancellation));
    }

    /// <summary><c>DELETE /webhooks/{id}</c>: it is told no more, and what it did not take is forgotten.</summary>
    [Function("RemoveWebhook")]
    public async Task<IResult> RemoveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/webhooks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await ChangeAsync(request, new WebhookRemoved(id), cancellation);
        await _store.DeleteAsync(id, cancellation);
        return Results.NoContent();
    }

    /// <summary><c>POST /webhooks/{id}/pause</c>: it is told nothing until it is resumed, and misses nothing.</summary>
    [Function("PauseWebhook")]
    public async Task<IResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{id}/pause")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await ChangeAsync(request, new WebhookPaused(id), cancellation);
        return new JsonAnswer<WebhookView>(await ShowAsync(id, cancellation));
    }

    /// <summary><c>POST /webhooks/{id}/resume</c>: it goes on where it was, at once.</summary>
    [Function("ResumeWebhook")]
    public async Task<IResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{id}/resume")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        _ = await FindAsync(id, cancellation);
        if (await _store.FindAsync(id, cancellation) is var (progress, version))
        {
            var fresh = progress with { Attempts = 0, FailingSince = null, NextAttemptAt = null };
            await _store.TryWriteAsync(id, fresh, version, cancellation);
        }

        await ChangeAsync(request, new WebhookResumed(id), cancellation);
        return new JsonAnswer<WebhookView>(await ShowAsync(id, cancellation));
    }

    /// <summary><c>GET /webhooks/{id}/dead</c>: what it did not take within a day, the oldest first.</summary>
    [Function("ListDeadLetters")]
    public async Task<IResult> ListDeadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/webhooks/{id}/dead")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        _ = await FindAsync(id, cancellation);
        return new JsonAnswer<DeadLettersPage>(await _store.ReadDeadAsync(id, LettersAtOnce, cancellation));
    }

    /// <summary><c>POST /webhooks/{id}/dead/{letter}/resend</c>: it is told once more, now.</summary>
    [Function("ResendDeadLetter")]
    public async Task<IResult> ResendAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{id}/dead/{letter}/resend")] HttpRequest request,
        string id,
        string letter,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var sink = await FindAsync(id, cancellation);
        var dead = (SinkStore.IsLetter(letter) ? await _store.FindDeadAsync(id, letter, cancellation) : null)
            ?? throw new ProblemException(Problems.DeadLetterNotFound(id, letter));
        var answer = await sink.TellAsync(new StoredEvent(dead.Event), cancellation);
        if (answer.Failure is { } failure)
        {
            throw new ProblemException(Problems.NotTaken(id, failure));
        }

        await _store.DeleteDeadAsync(id, letter, cancellation);
        return Results.NoContent();
    }

    private async Task<IEventSink> FindAsync(string id, CancellationToken cancellation) =>
        await _sinks.FindAsync(id, cancellation)
        ?? throw new ProblemException(Problems.OfRefusal(WebhookBook.NotFound(id)));

    private async Task<WebhookView> ShowAsync(string id, CancellationToken cancellation) =>
        await ShowAsync(await FindAsync(id, cancellation), cancellation);

    private async Task<WebhookView> ShowAsync(IEventSink sink, CancellationToken cancellation)
    {
        var book = await _book.ReadAsync(cancellation);
        var (webhook, pause) = (book.Find(sink.Id), book.PauseOf(sink.Id));
        var progress = (await _store.FindAsync(sink.Id, cancellation))?.Progress;
        return new WebhookView
        {
            Id = sink.Id,
            Url = sink.Address,
            State = pause is { Gone: not null } ? "gone"
                : pause is not null ? "paused"
                : progress?.FailingSince is not null ? "failing"
                : "active",
            Types = sink.Filter.Types,
            Threads = sink.Filter.Threads,
            Agents = sink.Filter.Agents,
            Companies = sink.Filter.Companies,
            CreatedAt = webhook?.CreatedAt,
            CreatedBy = webhook?.CreatedBy,
            Delivered = progress?.Delivered ?? 0,
            DeliveredAt = progress?.DeliveredAt,
            FailingSince = progress?.FailingSince,
            Attempts = progress?.Attempts ?? 0,
            NextAttemptAt = progress?.NextAttemptAt is { } next && next > time.GetUtcNow() ? next : null,
            LastError = pause?.Gone ?? progress?.LastError,
        };
    }

    private async Task ChangeAsync(HttpRequest request, WebhookChange change, CancellationToken cancellation)
    {
        var result = await _book.ChangeAsync(change, Caller.Of(request).ToString(), cancellation);
        result.OrThrow();
    }
}
