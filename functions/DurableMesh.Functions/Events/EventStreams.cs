using System.Collections.Concurrent;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary>
/// The streams that are open on this host: counts them, so that no flood of them takes all memory, and has each look again who it
/// talks to where keys or agents have changed.
/// </summary>
public sealed partial class EventStreams(
    IKeyDirectory keys,
    IAgentDirectory agents,
    IOptions<MeshOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<EventStreams> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<EventStreamTicket, object?> _open = new();
    private readonly ConcurrentDictionary<string, int> _callers = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many streams are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Ends when the host does.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Takes a place for a stream, until the result is disposed of.</summary>
    /// <param name="caller">Who wants it.</param>
    /// <exception cref="Exception">There are too many, of the caller's or in all.</exception>
    internal EventStreamTicket Enter(Caller caller)
    {
        // Without keys all callers are one.
        var (name, events) = (caller.ToString(), options.Value.Events);
        var most = caller.Subject is null ? events.Streams : events.StreamsPerCaller;
        if (Interlocked.Increment(ref _count) > events.Streams)
        {
            Interlocked.Decrement(ref _count);
            throw new ProblemException(Problems.TooManyStreams(events.Streams, "this host"));
        }

        if (_callers.AddOrUpdate(name, 1, (_, count) => count + 1) > most)
        {
            Leave(name);
            throw new ProblemException(Problems.TooManyStreams(most, name));
        }

        var ticket = new EventStreamTicket(this, name, caller.Subject is not null);
        _open[ticket] = null;
        return ticket;
    }

    internal void Leave(EventStreamTicket ticket)
    {
        if (_open.TryRemove(ticket, out _))
        {
            Leave(ticket.Caller);
        }
    }

    /// <summary>Has each stream look again who it talks to, if anything about keys or agents has changed.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        object? known = null;
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var asked = _open.Where(stream => stream.Key.HasKey).Select(stream => stream.Key).ToList();
            if (asked.Count == 0)
            {
                known = null;
                continue;
            }

            try
            {
                (object Keys, object Agents) found =
                    (await keys.ReadAsync(stoppingToken), await agents.ReadAsync(stoppingToken));
                if (known is ValueTuple<object, object> before && before != found)
                {
                    asked.ForEach(ticket => ticket.Doubt());
                }

                known = found;
            }
            catch (StoreUnavailableException e)
            {
                LogNotChecked(e.Message);
            }
        }
    }

    private void Leave(string caller)
    {
        Interlocked.Decrement(ref _count);
        while (_callers.TryGetValue(caller, out var count))
        {
            if (count > 1 ? _callers.TryUpdate(caller, count - 1, count) : _callers.TryRemove(new(caller, count)))
            {
                return;
            }
        }
    }
}

/// <summary>The place of one stream.</summary>
internal sealed class EventStreamTicket(EventStreams streams, string caller, bool hasKey) : IDisposable
{
    private CancellationTokenSource _doubt = new();

    /// <summary>Whose it is.</summary>
    public string Caller => caller;

    /// <summary>Whether it was asked for with a key, which may be revoked.</summary>
    public bool HasKey => hasKey;

    /// <summary>Cancelled when it must be looked at again who it talks to.</summary>
    public CancellationToken Doubts => Volatile.Read(ref _doubt).Token;

    /// <summary>It must be looked at again who the stream talks to.</summary>
    public void Doubt() => Volatile.Read(ref _doubt).Cancel();

    /// <summary>It was looked at.</summary>
    public void Settle() => Volatile.Write(ref _doubt, new CancellationTokenSource());

    /// <summary>Gives the place free.</summary>
    public void Dispose() => streams.Leave(this);
}
