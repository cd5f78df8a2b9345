using DurableMesh.Functions.Events;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Responder;

/// <summary>Sees to it that the mesh watches for messages to answer, from its first thread on.</summary>
public sealed partial class ResponderStart(IEventFeed feed, TaskHubCalls hub, TimeProvider time, ILogger<ResponderStart> logger)
{
    /// <summary>Whoever stopped the watch by hand has lost no more than what is older.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(1);

    /// <summary>How often it is looked whether somebody stopped it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private long _nextLook;

    /// <summary>When it is looked again; for tests that begin with a watch that runs.</summary>
    internal DateTimeOffset NextLook
    {
        init => _nextLook = value.UtcTicks;
    }

    /// <summary>
    /// Starts the watch where there is none, before a thread is started whose messages it must see. Does not throw: a thread can
    /// do without it, and the next start tries again.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask EnsureAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        var (now, next) = (time.GetUtcNow(), Volatile.Read(ref _nextLook));
        if (now.UtcTicks < next)
        {
            return;
        }

        try
        {
            var known = await hub.FindAsync(client, ResponderWatch.InstanceId, withInput: false, cancellation);
            if (known is not { IsCompleted: false })
            {
                var from = known is null
                    ? await feed.EndAsync(cancellation)
                    : await feed.SinceAsync(now - LookBack, cancellation);
                await hub.TryStartAsync(
                    client, nameof(ResponderWatch), ResponderWatch.InstanceId, from, cancellation, mayHaveEnded: true);
            }

            Volatile.Write(ref _nextLook, (now + LookAgain).UtcTicks);
        }
        catch (StoreUnavailableException away)
        {
            LogNotStarted(away.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mesh does not watch for messages to answer yet. {Why}")]
    private partial void LogNotStarted(string why);
}
