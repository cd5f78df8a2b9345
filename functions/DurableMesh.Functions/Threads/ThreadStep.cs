using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Gathers what came in until it is recorded in one go: the state after it, new transcript entries, receipts.</summary>
internal sealed class ThreadStep(ThreadState state)
{
    private readonly List<Arrival> _arrivals = [];
    private readonly List<TranscriptEntry> _entries = [];
    private readonly List<RequestReceipt> _receipts = [];
    private ThreadState _recorded = state;

    /// <summary>The state after all that was taken in.</summary>
    public ThreadState State { get; private set; } = state;

    /// <summary>Whether there is nothing to record.</summary>
    public bool IsEmpty => _entries.Count == 0 && _receipts.Count == 0;

    /// <summary>Takes in what happened inside the mesh.</summary>
    public void Take(ThreadInput input, DateTimeOffset now) => Take(new Arrival(input, now, RequestId: null));

    /// <summary>Takes in what somebody sent.</summary>
    public void Take(InboxEnvelope envelope, DateTimeOffset now) => Take(new Arrival(envelope.Payload, now, envelope.RequestId));

    /// <summary>What there is to record.</summary>
    public ThreadRecord ToRecord() => new()
    {
        ThreadId = State.Start.ThreadId,
        View = State.View(),
        Entries = [.. _entries],
        Receipts = [.. _receipts],
    };

    /// <summary>What there was to record is durable: the next step begins.</summary>
    public void Recorded()
    {
        _recorded = State;
        Forget();
    }

    /// <summary>
    /// Goes on from what the store has instead of this step: an episode that ran before, and was never committed, may have recorded
    /// another. What came in and has no answer yet is decided again.
    /// </summary>
    /// <exception cref="IllegalTransitionException">The store's entries do not follow what was recorded.</exception>
    public void GoOnFrom(StoredSteps stored, DateTimeOffset now)
    {
        Arrival[] open = [.. _arrivals.Where(one => one.RequestId is null || !stored.Answered.Contains(one.RequestId))];
        State = stored.Entries.Aggregate(_recorded, (state, entry) => state.Apply(entry));
        Recorded();
        foreach (var arrival in open)
        {
            Take(arrival with { At = arrival.At > now ? arrival.At : now });
        }
    }

    /// <summary>Forgets what could not be recorded, and ends the thread instead.</summary>
    public void Abandon(string why, DateTimeOffset now)
    {
        State = _recorded;
        Forget();
        Take(new SystemFault(EndReason.InternalError, why), now);
    }

    private void Forget()
    {
        _arrivals.Clear();
        _entries.Clear();
        _receipts.Clear();
    }

    private void Take(Arrival arrival)
    {
        var decision = Decide(arrival.Input, arrival.At);
        State = decision.State;
        _arrivals.Add(arrival);
        _entries.AddRange(decision.Entries);
        if (arrival.RequestId is not null && decision.Receipt is not null)
        {
            _receipts.Add(new RequestReceipt(arrival.RequestId, decision.Receipt));
        }
    }

    private ThreadDecision Decide(ThreadInput input, DateTimeOffset now)
    {
        try
        {
            return ThreadRules.Decide(State, input, now);
        }
        catch (Exception e)
        {
            // A thread that its own rules cannot handle ends and says so; it must never hang.
            return ThreadRules.Decide(State, new SystemFault(EndReason.InternalError, e.Message), now);
        }
    }

    /// <summary>What came in, when, and who waits for the answer.</summary>
    private sealed record Arrival(ThreadInput Input, DateTimeOffset At, string? RequestId);
}
