using DurableMesh.Core.Gate;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// Threads that the gate has let in and the store does not show yet. They count as open: otherwise a hundred starts at once would
/// all find the same free place.
/// </summary>
public sealed class Admissions(IMeshLedger ledger, IThreadLog log, TimeProvider time)
{
    // By then the thread is in the store, or its orchestration will ask the gate again.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (string Initiator, string Responder, long At)> _admitted = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Asks the gate about one thread at a time.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="evaluate">The gate, given each party's open threads.</param>
    public GateReport Decide(ThreadStart thread, Func<Func<string, int>, GateReport> evaluate)
    {
        lock (_gate)
        {
            Forget();
            _admitted.Remove(thread.ThreadId);
            var report = evaluate(OpenThreads);
            if (report.Outcome == GateOutcome.Approved)
            {
                _admitted[thread.ThreadId] = (thread.Initiator, thread.Responder, time.GetTimestamp());
            }

            return report;
        }
    }

    private int OpenThreads(string agentId) => ledger.OpenThreads(agentId)
        + _admitted.Values.Count(one => one.Initiator == agentId || one.Responder == agentId);

    private void Forget()
    {
        foreach (var (threadId, admitted) in _admitted)
        {
            if (log.Knows(threadId) || time.GetElapsedTime(admitted.At) > Remembered)
            {
                _admitted.Remove(threadId);
            }
        }
    }
}
