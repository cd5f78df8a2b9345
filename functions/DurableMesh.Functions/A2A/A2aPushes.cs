using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Functions.A2A;

/// <summary>
/// The push notification configurations of tasks. Each is a sink of events beside operators' webhooks: told in order, again
/// until it is taken, and guarded as they are.
/// </summary>
public sealed class A2aPushes(
    IThreadLog log,
    A2aUpdates updates,
    A2aTaskFinder tasks,
    IEventFeed feed,
    AddressGuard guard,
    IAgentDirectory agents,
    IServiceProvider services,
    TimeProvider time) : ISinkSource, IDisposable
{
    /// <summary>For how long after the end of its task one is kept that was not told of it.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(2);

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(10);

    private readonly FoldedLog<A2aPushBook, A2aPushChange> _book =
        services.GetRequiredService<FoldedLog<A2aPushBook, A2aPushChange>>();

    private readonly A2aPushChanges _changes = services.GetRequiredService<A2aPushChanges>();
    private readonly HttpClient _http = guard.CreateClient(WebhookSink.Patience);
    private long _swept = time.GetTimestamp();

    Task ISinkSource.NextChange => _changes.Next;

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    async ValueTask<IReadOnlyList<IEventSink>> ISinkSource.ReadAsync(CancellationToken cancellation)
    {
        var book = await _book.ReadAsync(cancellation);
        if (time.GetElapsedTime(_swept) > SweepPeriod)
        {
            _swept = time.GetTimestamp();
            await SweepAsync(book, cancellation);
        }

        return [.. book.All.Select(push => new A2aPushSink(push, updates, agents, _http, time, EndAsync))];
    }

    /// <summary>Looks at a configuration before anything is done with it.</summary>
    internal async Task<A2aPushConfig> CheckAsync(
        A2aPushConfig config, string taskId, string path, CancellationToken cancellation)
    {
        var (read, url) = A2aPushReader.Read(config, taskId, path);
        return await guard.ObjectionAsync(url, cancellation) is { } objection
            ? throw new A2aException(A2aError.InvalidParams($"{path}url", "address_refused", objection))
            : read with { Url = url.AbsoluteUri };
    }

    /// <summary>CreateTaskPushNotificationConfig.</summary>
    internal async Task<A2aPushConfig> CreateAsync(A2aCall call, A2aPushConfig config, CancellationToken cancellation)
    {
        var thread = await FindAsync(call, config.TaskId, cancellation);
        return thread.State == ThreadPhase.Ended
            ? throw new A2aException(A2aError.OfTask(
                A2aErrorKind.UnsupportedOperation, thread.ThreadId, "The task is over, nothing follows; get it instead."))
            : await AddAsync(call, thread, config, path: "", cancellation);
    }

    /// <summary>Adds one to a task.</summary>
    internal async Task<A2aPushConfig> AddAsync(
        A2aCall call, ThreadView thread, A2aPushConfig config, string path, CancellationToken cancellation)
    {
        var checkedConfig = await CheckAsync(config, thread.ThreadId, path, cancellation);
        if ((await _book.ReadAsync(cancellation)).Find(thread.ThreadId, checkedConfig.Id!) is { } known && !IsOf(call, known))
        {
            throw new A2aException(A2aError.InvalidParams(
                $"{path}id", "duplicate_id", "Another client has a configuration of this id; take another one."));
        }

        var push = new A2aPush
        {
            TaskId = thread.ThreadId,
            Id = checkedConfig.Id!,
            Url = checkedConfig.Url!,
            Token = checkedConfig.Token,
            Scheme = checkedConfig.Authentication?.Scheme,
            Credentials = checkedConfig.Authentication?.Credentials,
            Address = call.Address,
            From = (await feed.EndAsync(cancellation)).ToString(),
        };
        (await _book.ChangeAsync(new A2aPushAdded(push), call.Caller.ToString(), cancellation)).OrThrow();
        return push.Show();
    }

    /// <summary>GetTaskPushNotificationConfig.</summary>
    internal async Task<A2aPushConfig> GetAsync(A2aCall call, A2aPushRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(call, request.TaskId, cancellation);
        return (await _book.ReadAsync(cancellation)).Find(thread.ThreadId, request.Id ?? "") is { } push && IsOf(call, push)
            ? push.Show()
            : throw new A2aException(A2aError.TaskNotFound(thread.ThreadId) with
            {
                Message = "The task has no push notification configuration of that id, or it is not yours.",
            });
    }

    /// <summary>ListTaskPushNotificationConfigs.</summary>
    internal async Task<A2aPushConfigsPage> ListAsync(A2aCall call, A2aPushRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(call, request.TaskId, cancellation);
        var all = (await _book.ReadAsync(cancellation)).Of(thread.ThreadId);
        return new A2aPushConfigsPage { Configs = [.. all.Where(one => IsOf(call, one)).Select(one => one.Show())] };
    }

    /// <summary>DeleteTaskPushNotificationConfig: done again it changes nothing.</summary>
    internal async Task DeleteAsync(A2aCall call, A2aPushRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(call, request.TaskId, cancellation);
        call.Caller.MustSteer(thread);
        if ((await _book.ReadAsync(cancellation)).Find(thread.ThreadId, request.Id ?? "") is { } push && IsOf(call, push))
        {
            (await _book.ChangeAsync(new A2aPushRemoved(push.TaskId, push.Id), call.Caller.ToString(), cancellation)).OrThrow();
        }
    }

    private async ValueTask<ThreadView> FindAsync(A2aCall call, string? taskId, CancellationToken cancellation)
    {
        var thread = await tasks.FindAsync(call, taskId, cancellation);
        call.Caller.MustSteer(thread);
        return thread;
    }

    /// <summary>Whose it is: the other party has its own, and an operator sees all.</summary>
    private static bool IsOf(A2aCall call, A2aPush push) =>
        call.Caller.Subject is not { IsAgent: true } || push.Owner == call.Caller.ToString();

    private async Task EndAsync(A2aPush push, CancellationToken cancellation) =>
        await _book.ChangeAsync(new A2aPushRemoved(push.TaskId, push.Id), "mesh", cancellation);

    /// <summary>Forgets those of tasks that have been over for long: their receivers never took the end.</summary>
    private async Task SweepAsync(A2aPushBook book, CancellationToken cancellation)
    {
        foreach (var push in book.All.Where(one => time.GetUtcNow() - one.CreatedAt > KeptFor).ToList())
        {
            if ((await log.FindAsync(push.TaskId, cancellation))?.View.EndedAt is { } ended && time.GetUtcNow() - ended > KeptFor)
            {
                await EndAsync(push, cancellation);
            }
        }
    }
}

/// <summary>Wakes whoever follows the push notifications.</summary>
internal sealed class A2aPushChanges : IFoldFollower<A2aPushBook, A2aPushChange>
{
    private readonly Changes _changes = new();

    /// <summary>Completes with the next change.</summary>
    public Task Next => _changes.Next(Changes.AnyEvent);

    public void Took(FoldStep<A2aPushBook, A2aPushChange> step) => _changes.Announce(Changes.AnyEvent);
}
