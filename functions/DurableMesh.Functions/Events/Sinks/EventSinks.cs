using System.Collections.Concurrent;
using Azure.Storage.Queues;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>
/// Runs the sinks: those that the settings name, and the webhooks that operators added. Each has a loop of its own, so that none
/// waits for another.
/// </summary>
internal sealed partial class EventSinks(
    FoldedLog<WebhookBook, WebhookChange> book,
    WebhookChanges changes,
    IEventFeed feed,
    SinkStore store,
    AddressGuard guard,
    IAgentDirectory agents,
    IConfiguration configuration,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<EventSinks> logger,
    IHubTerm? term = null,
    IEnumerable<ISinkSource>? more = null) : BackgroundService
{
    private const string Mesh = "mesh";
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly HttpClient _guarded = guard.CreateClient(WebhookSink.Patience);
    private readonly HttpClient _trusted = AddressGuard.CreateTrustedClient(WebhookSink.Patience);
    private readonly QueueSink? _queue = QueueOf(options.Value.Events.Queue, configuration);
    private readonly ISinkSource[] _more = [.. more ?? []];
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);

    /// <summary>A sink as it is now; null where there is none of that id.</summary>
    public async ValueTask<IEventSink?> FindAsync(string id, CancellationToken cancellation) =>
        (await SinksAsync(await book.ReadAsync(cancellation), cancellation)).FirstOrDefault(sink => sink.Id == id);

    /// <summary>All sinks, those of the settings first.</summary>
    public async ValueTask<IReadOnlyList<IEventSink>> ReadAsync(CancellationToken cancellation) =>
        await SinksAsync(await book.ReadAsync(cancellation), cancellation);

    public override void Dispose()
    {
        _guarded.Dispose();
        _trusted.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var change = Task.WhenAny([changes.Next, .. _more.Select(source => source.NextChange)]);
                await ReconcileAsync(stoppingToken);
                await UntilAsync(change, stoppingToken);
            }
        }
        finally
        {
            foreach (var running in _running.Values)
            {
                await running.DisposeAsync();
            }
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellation)
    {
        try
        {
            var now = await book.ReadAsync(cancellation);
            var sinks = new List<IEventSink>(await SinksAsync(now, cancellation));
            foreach (var source in _more)
            {
                sinks.AddRange(await source.ReadAsync(cancellation));
            }

            var known = sinks.Select(sink => sink.Id).ToHashSet(StringComparer.Ordinal);
            var wanted = sinks
                .Where(sink => now.PauseOf(sink.Id) is null && term is not { Current: null })
                .ToDictionary(sink => sink.Id, StringComparer.Ordinal);
            foreach (var (id, running) in _running)
            {
                if (!wanted.TryGetValue(id, out var sink)
                    || running.Ended.IsCompleted
                    || !IsSame(sink.Filter, running.Sink.Filter))
                {
                    _running.TryRemove(id, out _);
                    await running.DisposeAsync();
                    if (!known.Contains(id) && id is not (WebhookBook.Tasks or WebhookBook.Queue))
                    {
                        // It was removed while it was told, and may have written down how far once more.
                        await store.DeleteAsync(id, cancellation);
                    }
                }
            }

            foreach (var (id, sink) in wanted)
            {
                if (!_running.ContainsKey(id))
                {
                    _running[id] = new Running(sink, NewRunner(sink).RunAsync);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogNotLookedAt(e.Message);
        }
    }

    /// <summary>Other hosts' changes are looked for; this one's own are known at once.</summary>
    private async Task UntilAsync(Task change, CancellationToken cancellation)
    {
        try
        {
            await change.WaitAsync(LookAgainAfter, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Time to look.
        }
    }

    private SinkRunner NewRunner(IEventSink sink) => new(
        sink,
        feed,
        store,
        (why, cancellation) => book.ChangeAsync(new WebhookPaused(sink.Id, why, Gone: true), Mesh, cancellation),
        options,
        time,
        logger);

    private async ValueTask<IReadOnlyList<IEventSink>> SinksAsync(WebhookBook now, CancellationToken cancellation)
    {
        var sinks = new List<IEventSink>();
        if (options.Value.Tasks is { WebhookUrl: { Length: > 0 } url, WebhookSecret: var secret })
        {
            // Whoever sets the host up knows where the tracker is.
            sinks.Add(new WebhookSink(
                WebhookBook.Tasks,
                new Uri(url),
                secret ?? "",
                new EventFilter { Types = ["mesh.task.*"] },
                from: null,
                _trusted,
                time));
        }

        if (_queue is not null)
        {
            sinks.Add(_queue);
        }

        var registry = now.Webhooks.Any(webhook => webhook.Companies.Count + webhook.Agents.Count > 0)
            ? await agents.ReadAsync(cancellation)
            : AgentRegistry.Empty;
        sinks.AddRange(now.Webhooks.Select(webhook => new WebhookSink(
            webhook.Id,
            new Uri(webhook.Url),
            webhook.Secret,
            registry.Resolved(new EventFilter
            {
                Types = webhook.Types,
                Threads = webhook.Threads,
                Agents = webhook.Agents,
                Companies = webhook.Companies,
            }),
            EventCursor.TryParse(webhook.From, out var from) ? from : null,
            _guarded,
            time)));
        return sinks;
    }

    private static QueueSink? QueueOf(EventQueueOptions queue, IConfiguration configuration)
    {
        if (queue.Name is not { Length: > 0 } name)
        {
            return null;
        }

        var account = queue.Connection is { Length: > 0 } own ? own : configuration["AzureWebJobsStorage"];
        var client = new QueueClient(
            string.IsNullOrEmpty(account) ? "UseDevelopmentStorage=true" : account,
            name,
            new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        return new QueueSink(client, new EventFilter { Types = queue.TypeList });
    }

    private static bool IsSame(EventFilter one, EventFilter other) =>
        one.CompanyAgents.SetEquals(other.CompanyAgents) && one.Agents.SequenceEqual(other.Agents);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhooks are looked at again in some seconds: {Reason}")]
    private partial void LogNotLookedAt(string reason);

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Running(IEventSink sink, Func<CancellationToken, Task> run)
        {
            Sink = sink;
            Ended = Task.Run(() => run(_stop.Token));
        }

        public IEventSink Sink { get; }

        public Task Ended { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}

/// <summary>Wakes whoever follows the webhooks.</summary>
internal sealed class WebhookChanges : IFoldFollower<WebhookBook, WebhookChange>
{
    private readonly Changes _changes = new();

    /// <summary>Completes with the next change.</summary>
    public Task Next => _changes.Next(Changes.AnyEvent);

    public void Took(FoldStep<WebhookBook, WebhookChange> step) => _changes.Announce(Changes.AnyEvent);
}
