using System.Globalization;
using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events;

/// <summary>
/// Notes what no message says: that a thread's time is nearly over, and that an agent which a thread waits for does not come to
/// its inbox. Each stands in a log once, whichever host notes it.
/// </summary>
internal sealed partial class EventSweep(
    BlobThreadLog log,
    FoldedLog<AgentReach, ReachChange> reach,
    FoldedLog<TaskBoard, TaskChange> tasks,
    IAgentDirectory agents,
    AgentPresence presence,
    ILeaseStore leases,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<EventSweep> logger,
    IHubTerm? term = null) : BackgroundService
{
    private const string Mesh = "mesh";
    private const int TicksBetweenVisits = 5;
    private const int TicksBetweenLooks = 60;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private DateTimeOffset _began;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _began = time.GetUtcNow();
        using var timer = new PeriodicTimer(Period, time);
        for (var tick = 1; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            if (term is { Current: null })
            {
                // Whoever owns the hub knows what happens; what this host knows may be old.
                _began = time.GetUtcNow();
                continue;
            }

            try
            {
                await NoteTimesAsync(stoppingToken);

                if (log.SharedByHosts && log.HasListeners)
                {
                    // Whoever listens here hears of what other hosts wrote within a second.
                    await tasks.ReadAsync(stoppingToken);
                    await reach.ReadAsync(stoppingToken);
                }

                // Who came to which inbox is known to the host alone that it came to.
                if (!log.SharedByHosts)
                {
                    await NoteReachAsync(tick % TicksBetweenLooks == 0, tick % TicksBetweenVisits == 0, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogNotNoted(e.Message);
            }
        }
    }

    /// <summary>Notes of each thread whose time is nearly over that it is.</summary>
    public async Task NoteTimesAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        foreach (var track in log.NearTheirEnd(now))
        {
            // The step counts only where nothing has happened since the thread was looked at, and once.
            if (track.Thread?.View is { State: ThreadPhase.Open } view)
            {
                var notice = new ThreadNotice(LimitKind.Ttl, now < view.Deadline ? now : view.Deadline, track.Length - 1);
                await log.AppendAsync(
                    new ThreadRecord { ThreadId = view.ThreadId, View = view, Notice = notice }, cancellation);
            }
        }
    }

    /// <summary>Notes which agents that fetch their messages themselves do not, and which are back.</summary>
    public async Task NoteReachAsync(bool lookForLost, bool lookForFound, CancellationToken cancellation)
    {
        if (lookForLost && time.GetUtcNow() - _began >= options.Value.Events.UnreachableAfter)
        {
            foreach (var agent in await LostAsync(cancellation))
            {
                var minutes = options.Value.Events.UnreachableAfter.TotalMinutes.ToString(CultureInfo.InvariantCulture);
                await reach.ChangeAsync(
                    new AgentLost(agent, $"Nobody has come to its inbox for {minutes} minutes or more."), Mesh, cancellation);
            }
        }

        if (lookForFound && (await reach.ReadAsync(cancellation)).Away.ToList() is { Count: > 0 } away)
        {
            var registry = await agents.ReadAsync(cancellation);
            foreach (var one in away)
            {
                if (registry.Find(one.Agent) is not { } agent || (FetchesItself(agent) && presence.Show(agent).Reachable))
                {
                    await reach.ChangeAsync(new AgentFound(one.Agent), Mesh, cancellation);
                }
            }
        }
    }

    private async Task<IEnumerable<string>> LostAsync(CancellationToken cancellation)
    {
        var latest = time.GetUtcNow() - options.Value.Events.UnreachableAfter;
        var open = await log.ListRunningAsync(
            thread => thread.State == ThreadPhase.Open && thread.CreatedAt <= latest, int.MaxValue, before: null, cancellation);
        var (registry, known) = (await agents.ReadAsync(cancellation), await reach.ReadAsync(cancellation));
        var atWork = (await leases.AtWorkAsync(cancellation))
            .SelectMany(thread => thread)
            .Select(lease => lease.Agent)
            .ToHashSet(StringComparer.Ordinal);
        return open.Threads
            .Select(thread => thread.Awaiting)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Where(id => !atWork.Contains(id)
                && known.Find(id) is null
                && registry.Find(id) is { } agent
                && FetchesItself(agent)
                && !(presence.Show(agent).LastSeen > latest));
    }

    private static bool FetchesItself(AgentView agent) => agent.Adapter is not { IsServerSide: true };

    [LoggerMessage(Level = LogLevel.Debug, Message = "What threads and agents come to is not noted yet: {Reason}")]
    private partial void LogNotNoted(string reason);
}
