using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Gathers what came in until it is recorded in one go: the state after it, new transcript entries, receipts.</summary>
internal sealed class ThreadStep(ThreadState state)
{
    private readonly List<TranscriptEntry> _entries = [];
    private readonly List<RequestReceipt> _receipts = [];
    private ThreadState _recorded = state;

    /// <summary>The state after all that was taken in.</summary>
    public ThreadState State { get; private set; } = state;

    /// <summary>Whether there is nothing to record.</summary>
    public bool IsEmpty => _entries.Count == 0 && _receipts.Count == 0;

    /// <summary>Takes in what happened inside the mesh.</summary>
    public void Take(ThreadInput input, DateTimeOffset now) => Take(input, now, requestId: null);

    /// <summary>Takes in what somebody sent.</summary>
    public void Take(InboxEnvelope envelope, DateTimeOffset now) => Take(envelope.Payload, now, envelope.RequestId);

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
        _entries.Clear();
        _receipts.Clear();
    }

    /// <summary>Forgets what could not be recorded, and ends the thread instead.</summary>
    public void Abandon(string why, DateTimeOffset now)
    {
        State = _recorded;
        _entries.Clear();
        _receipts.Clear();
        Take(new SystemFault(EndReason.InternalError, why), now);
    }

    private void Take(ThreadInput input, DateTimeOffset now, string? requestId)
    {
        var decision = Decide(input, now);
        State = decision.State;
        _entries.AddRange(decision.Entries);
        if (requestId is not null && decision.Receipt is not null)
        {
            _receipts.Add(new RequestReceipt(requestId, decision.Receipt));
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
}
