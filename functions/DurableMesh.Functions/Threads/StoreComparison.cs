using System.Collections.Concurrent;
using DurableMesh.Core.Threads;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Holds the store against the task hub after each recovery, and after the storage forgot steps: a storage that was killed may come
/// back with less of the one than of the other. A thread whose orchestration goes on is asked to record again what the store lacks;
/// any other is said by name, and the mesh is not ready until the store has it or the orchestration is purged.
/// </summary>
/// <remarks>
/// For a hub in this process; the storage behind a Functions host forgets nothing. It works behind the start, a page at a time. Of
/// orchestrations that have ended it looks at those that began within <see cref="Lately"/>, and at all whose thread the store takes
/// for open: what a storage forgets is young.
/// </remarks>
public sealed partial class StoreComparison(
    IThreadLog log,
    ThreadSeals seals,
    TaskHubCalls hub,
    TimeProvider time,
    ILogger<StoreComparison> logger,
    IHubTerm? term = null,
    DurableTaskClient? client = null) : BackgroundService
{
    /// <summary>So many orchestrations are asked for at once.</summary>
    public const int PageSize = 100;

    /// <summary>How long ago an orchestration that has ended may have begun to be looked at.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    /// <summary>So long an orchestration has to record again what the store lacks.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int NamedAtOnce = 10;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Lack> _lacks = new(StringComparer.Ordinal);
    private (int Term, int Writes) _compared;
    private bool _isDelayTold;

    /// <summary>Which threads the store is behind on, and what to do, in a few sentences; null where it has all.</summary>
    public string? Trouble
    {
        get
        {
            var lacks = _lacks.ToArray();
            return lacks.Length == 0 ? null : string.Join(
                ' ',
                lacks.OrderBy(one => one.Key, StringComparer.Ordinal)
                    .Take(NamedAtOnce)
                    .Select(one => one.Value.Said(one.Key))
                    .Concat(lacks.Length > NamedAtOnce ? [$"And so {lacks.Length - NamedAtOnce} more."] : Array.Empty<string>()));
        }
    }

    /// <summary>Compares where there is a reason to, and looks again at what the store lacked. Never fails.</summary>
    internal async Task LookAsync(CancellationToken cancellation)
    {
        if (client is null || term?.Current is not { } current)
        {
            // Whoever owns the hub now says what is to be said.
            _lacks.Clear();
            _compared = default;
            return;
        }

        try
        {
            var reason = (current, log.TimesWrittenAgain);
            if (reason != _compared)
            {
                await CompareAllAsync(client, cancellation);
                _compared = reason;
            }

            await LookAgainAsync(client, cancellation);
            _isDelayTold = false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (!_isDelayTold)
            {
                LogNotCompared(e.Message);
            }

            _isDelayTold = true;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (client is null || term is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, time);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CompareAllAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        var open = await ComparePagesAsync(
            client,
            new OrchestrationQuery(Statuses:
            [
                OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended,
            ]),
            cancellation);
        await ComparePagesAsync(
            client,
            new OrchestrationQuery(CreatedFrom: time.GetUtcNow() - Lately, Statuses:
            [
                OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
            ]),
            cancellation);
        var stopped = await log.ListOverdueAsync(DateTimeOffset.MaxValue, cancellation);
        foreach (var page in stopped.Where(id => !open.Contains(id)).Chunk(PageSize))
        {
            foreach (var threadId in page)
            {
                if (await hub.FindAsync(client, threadId, withInput: true, cancellation) is { } instance)
                {
                    await CompareAsync(client, instance, mayAsk: true, cancellation);
                }
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<HashSet<string>> ComparePagesAsync(
        DurableTaskClient client, OrchestrationQuery query, CancellationToken cancellation)
    {
        var met = new HashSet<string>(StringComparer.Ordinal);
        query = query with { PageSize = PageSize, FetchInputsAndOutputs = true };
        await foreach (var page in hub.ListPagesAsync(client, query, cancellation))
        {
            foreach (var instance in page.Where(one => one.Name == nameof(ThreadOrchestrator)))
            {
                met.Add(instance.InstanceId);
                await CompareAsync(client, instance, mayAsk: true, cancellation);
            }

            await Task.Delay(Pause, time, cancellation);
        }

        return met;
    }

    private async Task LookAgainAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var threadId in _lacks.Keys)
        {
            if (await hub.FindAsync(client, threadId, withInput: true, cancellation) is { } instance)
            {
                await CompareAsync(client, instance, mayAsk: false, cancellation);
            }
            else
            {
                _lacks.TryRemove(threadId, out _);
            }
        }
    }

    /// <summary>The orchestration was read first: whatever it says that it recorded was in the store before.</summary>
    private async Task CompareAsync(
        DurableTaskClient client, OrchestrationMetadata instance, bool mayAsk, CancellationToken cancellation)
    {
        var threadId = instance.InstanceId;
        if (instance.ReadCustomStatusAs<ThreadStatus>()?.Head is not { } head
            || await log.FindEndWithoutAsync(threadId, head, cancellation) is null)
        {
            if (_lacks.TryRemove(threadId, out _))
            {
                LogMended(threadId);
            }

            return;
        }

        var now = time.GetUtcNow();
        var lack = _lacks.GetOrAdd(threadId, new Lack(now, null));
        if (!instance.IsCompleted && mayAsk)
        {
            LogAsked(threadId);
            var envelope = await seals.EnvelopAsync(threadId, Guid.NewGuid().ToString("N"), new StoreFoundBehind(), cancellation);
            await hub.TryRaiseAsync(client, threadId, InboxEnvelope.EventName, envelope, cancellation);
            _lacks[threadId] = new Lack(now, null);
        }
        else if (lack.Why is null && (instance.IsCompleted || now >= lack.Since + Patience))
        {
            lack = lack with
            {
                Why = instance.IsCompleted
                    ? $"its orchestration is {instance.RuntimeStatus}"
                    : "its orchestration has not recorded it again",
            };
            _lacks[threadId] = lack;
            LogLacking(lack.Said(threadId));
        }
    }

    /// <summary>A thread of which the store lacks something.</summary>
    /// <param name="Since">When that was seen, or its orchestration asked.</param>
    /// <param name="Why">Why it is not recorded again; null where it may be yet.</param>
    private sealed record Lack(DateTimeOffset Since, string? Why)
    {
        public string Said(string threadId) => $"The store lacks what thread {threadId} recorded last"
            + (Why is null
                ? ", and its orchestration is asked to record it again."
                : $", and {Why}: restore the storage from a backup, or purge the orchestration to go on without.");
    }
}
