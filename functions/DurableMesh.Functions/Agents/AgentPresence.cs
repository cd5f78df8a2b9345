using System.Collections.Concurrent;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Agents;

/// <summary>
/// Which agents the mesh hears of. The thread log says when a message of theirs was accepted; that they came to their inbox is
/// known only to the host they came to, and forgotten when it stops.
/// </summary>
public sealed class AgentPresence(IThreadLog log, TimeProvider time)
{
    /// <summary>
    /// For how long an agent that left its inbox counts as reachable: it may be at work on what it found there.
    /// </summary>
    public static readonly TimeSpan ReachableFor = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, Attendance> _attendances = new(StringComparer.Ordinal);

    /// <summary>Notes that an agent is at its inbox, until the result is disposed of.</summary>
    /// <param name="agentId">The agent; one that the registry knows, so that only so many are kept.</param>
    public IDisposable Attend(string agentId)
    {
        var attendance = _attendances.GetOrAdd(agentId, _ => new Attendance());
        attendance.Enter();
        return new Visit(attendance, time);
    }

    /// <summary>An agent with what is known of its liveness.</summary>
    /// <param name="agent">The agent as the registry has it.</param>
    public AgentView Show(AgentView agent)
    {
        var now = time.GetUtcNow();
        var attended = _attendances.GetValueOrDefault(agent.Id)?.LastSeen(now);
        var heard = log.LastHeard(agent.Id);
        return agent with
        {
            LastSeen = attended > heard || heard is null ? attended : heard,
            Reachable = now - attended <= ReachableFor,
        };
    }

    private sealed class Attendance
    {
        private readonly Lock _gate = new();
        private int _present;
        private DateTimeOffset _left;

        public void Enter()
        {
            lock (_gate)
            {
                _present++;
            }
        }

        public void Leave(DateTimeOffset now)
        {
            lock (_gate)
            {
                _present--;
                _left = now;
            }
        }

        public DateTimeOffset LastSeen(DateTimeOffset now)
        {
            lock (_gate)
            {
                return _present > 0 ? now : _left;
            }
        }
    }

    private sealed class Visit(Attendance attendance, TimeProvider time) : IDisposable
    {
        public void Dispose() => attendance.Leave(time.GetUtcNow());
    }
}
