using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Events;

/// <summary>Who is told of what by webhook, and which sinks are paused: a fold of the changes.</summary>
public sealed class WebhookBook : IFolded<WebhookBook, WebhookChange>
{
    /// <summary>The webhook of tasks, which the settings name.</summary>
    public const string Tasks = "tasks";

    /// <summary>The queue, which the settings name.</summary>
    public const string Queue = "queue";

    /// <summary>How many webhooks there may be.</summary>
    public const int Most = 100;

    private readonly ImmutableSortedDictionary<string, Webhook> _webhooks;
    private readonly ImmutableDictionary<string, SinkPause> _pauses;

    private WebhookBook(ImmutableSortedDictionary<string, Webhook> webhooks, ImmutableDictionary<string, SinkPause> pauses) =>
        (_webhooks, _pauses) = (webhooks, pauses);

    /// <inheritdoc/>
    public static WebhookBook Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, Webhook>(StringComparer.Ordinal), ImmutableDictionary<string, SinkPause>.Empty);

    /// <summary>The webhooks that were added, by id.</summary>
    public IEnumerable<Webhook> Webhooks => _webhooks.Values;

    /// <summary>A webhook; null where none of that id was added.</summary>
    /// <param name="id">The id.</param>
    public Webhook? Find(string id) => _webhooks.GetValueOrDefault(id);

    /// <summary>Why a sink is told nothing; null where it is told.</summary>
    /// <param name="id">The sink.</param>
    public SinkPause? PauseOf(string id) => _pauses.GetValueOrDefault(id);

    /// <summary>Why nothing can be done with a webhook that does not exist.</summary>
    /// <param name="id">What it was called.</param>
    public static ChangeRefusal NotFound(string id) =>
        new(RefusalKind.NotFound, "webhook_not_found", $"There is no webhook {id}.");

    /// <inheritdoc/>
    public ChangeResult<WebhookBook> Apply(WebhookChange change, DateTimeOffset at, string by) => change switch
    {
        WebhookAdded added when IsKnown(added.Webhook.Id) => Refuse(
            "webhook_exists", $"There is a webhook {added.Webhook.Id} already. Remove it first, or take another id."),
        WebhookAdded when _webhooks.Count >= Most => Refuse("too_many_webhooks", $"There may be {Most} webhooks."),
        WebhookAdded added => new(new WebhookBook(
            _webhooks.Add(added.Webhook.Id, added.Webhook with { CreatedAt = at, CreatedBy = by }), _pauses)),
        _ when !IsKnown(change.Id) => new(this, NotFound(change.Id)),
        WebhookRemoved when Find(change.Id) is null => Refuse(
            "webhook_of_settings", $"The settings of the host name {change.Id}: take it out there, or pause it."),
        WebhookRemoved removed => new(new WebhookBook(_webhooks.Remove(removed.Id), _pauses.Remove(removed.Id))),
        WebhookPaused paused => new(new WebhookBook(
            _webhooks, _pauses.SetItem(paused.Id, new SinkPause(at, by, paused.Gone ? paused.Why : null)))),
        WebhookResumed resumed => new(new WebhookBook(_webhooks, _pauses.Remove(resumed.Id))),
        _ => Refuse("unknown_change", $"{change.GetType().Name} is no change of webhooks."),
    };

    private bool IsKnown(string id) => id is Tasks or Queue || _webhooks.ContainsKey(id);

    private ChangeResult<WebhookBook> Refuse(string code, string detail) =>
        new(this, new ChangeRefusal(RefusalKind.Conflict, code, detail));
}

/// <summary>Why a sink is told nothing.</summary>
/// <param name="Since">Since when.</param>
/// <param name="By">Who paused it.</param>
/// <param name="Gone">How it said that it wants no more; null where somebody only paused it.</param>
public sealed record SinkPause(DateTimeOffset Since, string By, string? Gone);

/// <summary>Somebody who is told of events by HTTP POST.</summary>
public sealed record Webhook
{
    /// <summary>Its slug.</summary>
    public required string Id { get; init; }

    /// <summary>Where it listens.</summary>
    public required string Url { get; init; }

    /// <summary>What the posts are signed with; in the log, and nowhere else.</summary>
    public required string Secret { get; init; }

    /// <summary>Which types it is told of; none for all.</summary>
    public IReadOnlyList<string> Types { get; init => field = value ?? []; } = [];

    /// <summary>Which threads; none for all.</summary>
    public IReadOnlyList<string> Threads { get; init => field = value ?? []; } = [];

    /// <summary>Which agents; none for all.</summary>
    public IReadOnlyList<string> Agents { get; init => field = value ?? []; } = [];

    /// <summary>Which companies; none for all.</summary>
    public IReadOnlyList<string> Companies { get; init => field = value ?? []; } = [];

    /// <summary>The position from which on it is told.</summary>
    public required string From { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who added it.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>Its id, so that no log has the secret.</summary>
    public override string ToString() => Id;
}

/// <summary>What changes the webhooks: a line of their log.</summary>
/// <param name="Id">The webhook.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(WebhookAdded), "added")]
[JsonDerivedType(typeof(WebhookRemoved), "removed")]
[JsonDerivedType(typeof(WebhookPaused), "paused")]
[JsonDerivedType(typeof(WebhookResumed), "resumed")]
public abstract record WebhookChange(string Id);

/// <summary>Somebody is to be told.</summary>
/// <param name="Id">The webhook's id.</param>
/// <param name="Webhook">The webhook.</param>
public sealed record WebhookAdded(string Id, Webhook Webhook) : WebhookChange(Id);

/// <summary>Somebody is to be told no more.</summary>
/// <param name="Id">The webhook.</param>
public sealed record WebhookRemoved(string Id) : WebhookChange(Id);

/// <summary>Somebody is to be told nothing for a while.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Why">Why.</param>
/// <param name="Gone">Whether it said itself that it wants no more.</param>
public sealed record WebhookPaused(string Id, string? Why = null, bool Gone = false) : WebhookChange(Id);

/// <summary>Somebody is to be told again, from where it was.</summary>
/// <param name="Id">The webhook.</param>
public sealed record WebhookResumed(string Id) : WebhookChange(Id);

/// <summary>The body of <c>POST /webhooks</c>.</summary>
public sealed record AddWebhookRequest
{
    private const int MaxIdLength = 40;
    private const int MaxUrlLength = 2_000;

    /// <summary>Its slug; one is made up where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Where it listens.</summary>
    public required string Url { get; init; }

    /// <summary>Which types; none for all.</summary>
    public IReadOnlyList<string> Types { get; init => field = value ?? []; } = [];

    /// <summary>Which threads; none for all.</summary>
    public IReadOnlyList<string> Threads { get; init => field = value ?? []; } = [];

    /// <summary>Which agents; none for all.</summary>
    public IReadOnlyList<string> Agents { get; init => field = value ?? []; } = [];

    /// <summary>Which companies; none for all.</summary>
    public IReadOnlyList<string> Companies { get; init => field = value ?? []; } = [];

    /// <summary>Reads it.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<AddWebhookRequest> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var (id, url) = (input.Line("id", MaxIdLength, required: false), input.Line("url", MaxUrlLength));
        if (id is not null && !TextRules.IsSlug(id))
        {
            // It is part of a blob's name.
            input.Add("id", InputError.InvalidValue, "This must be a slug: a-z, 0-9 and single hyphens between them.");
        }

        var types = input.Lines("types", 32, 64);
        foreach (var type in types.Where(type => !EventTypes.All.Any(known => EventFilter.Fits(type, known))))
        {
            input.Add(
                "types", InputError.InvalidValue, $"There is no event {type}; there are {string.Join(", ", EventTypes.All)}.");
        }

        var (threads, agents) = (input.Lines("threads", 32, 64), input.Lines("agents", 32, 128));
        var companies = input.Lines("companies", 32, 128);
        return url is null ? null : new AddWebhookRequest
        {
            Id = id,
            Url = url,
            Types = types,
            Threads = threads,
            Agents = agents,
            Companies = companies,
        };
    });
}

/// <summary>A webhook, or another sink, as the API shows it.</summary>
public sealed record WebhookView
{
    /// <summary>Its slug.</summary>
    public required string Id { get; init; }

    /// <summary>Where it listens, without what its query says; the queue's name of a queue.</summary>
    public required string Url { get; init; }

    /// <summary><c>active</c>, <c>failing</c>, <c>paused</c>, or <c>gone</c> where it said that it wants no more.</summary>
    public required string State { get; init; }

    /// <summary>Which types; none for all.</summary>
    public IReadOnlyList<string> Types { get; init => field = value ?? []; } = [];

    /// <summary>Which threads; none for all.</summary>
    public IReadOnlyList<string> Threads { get; init => field = value ?? []; } = [];

    /// <summary>Which agents; none for all.</summary>
    public IReadOnlyList<string> Agents { get; init => field = value ?? []; } = [];

    /// <summary>Which companies; none for all.</summary>
    public IReadOnlyList<string> Companies { get; init => field = value ?? []; } = [];

    /// <summary>When it was added; null where the settings name it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Who added it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>How many events it was told of.</summary>
    public long Delivered { get; init; }

    /// <summary>When it was told last.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Since when it does not take what it is told; null where it does.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>How often the event that is next was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>When it is tried again.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; init; }

    /// <summary>What the posts are signed with: in the answer that adds it, and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    /// <summary>Its id, so that no log has the secret.</summary>
    public override string ToString() => Id;
}

/// <summary>The answer to <c>GET /webhooks</c>.</summary>
/// <param name="Webhooks">The webhooks, and the sinks that the settings name.</param>
public sealed record WebhooksPage(IReadOnlyList<WebhookView> Webhooks);

/// <summary>An event that a sink did not take within a day.</summary>
/// <param name="Id">Names it among the sink's.</param>
/// <param name="GivenUpAt">When it was given up.</param>
/// <param name="LastError">What went wrong last.</param>
/// <param name="Event">The event.</param>
public sealed record DeadLetter(string Id, DateTimeOffset GivenUpAt, string? LastError, MeshEvent Event);

/// <summary>The answer to <c>GET /webhooks/{id}/dead</c>.</summary>
/// <param name="Letters">The oldest first.</param>
/// <param name="More">Whether there are more.</param>
public sealed record DeadLettersPage(IReadOnlyList<DeadLetter> Letters, bool More);
