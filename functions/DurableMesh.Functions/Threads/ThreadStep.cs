using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Gathers what came in until it is recorded in one go: the state after it, new transcript entries, receipts.</summary>
/// <param name="state">Where it begins; its seal is shown with the steps until one is answered.</param>
internal sealed class ThreadStep(ThreadState state)
{
    private readonly List<Arrival> _arrivals = [];
    private readonly List<TranscriptEntry> _entries = [];
    private readonly List<RequestReceipt> _receipts = [];
    private readonly List<ThreadRecord> _done = [];
    private ThreadState _recorded = state with { Seal = null };
    private string? _seal = state.Seal;
    private bool _isProven;

    /// <summary>The state after all that was taken in.</summary>
    public ThreadState State { get; private set; } = state with { Seal = null };

    /// <summary>Whether there is nothing to record.</summary>
    public bool IsEmpty => _entries.Count == 0 && _receipts.Count == 0;

    /// <summary>The state that is recorded.</summary>
    public ThreadState RecordedState => _recorded;

    /// <summary>Whether the store may lack what was recorded, and nothing that is to be recorded will show it.</summary>
    public bool IsInDoubt => IsEmpty && _arrivals.Any(one => one.Input is StoreFoundBehind);

    /// <summary>Takes in what happened inside the mesh.</summary>
    public void Take(ThreadInput input, DateTimeOffset now) => Take(new Arrival(input, now, Envelope: null));

    /// <summary>Takes in what somebody sent.</summary>
    public void Take(InboxEnvelope envelope, DateTimeOffset now) => Take(new Arrival(envelope.Payload, now, envelope));

    /// <summary>What there is to record.</summary>
    public ThreadRecord ToRecord() => new()
    {
        ThreadId = State.Start.ThreadId,
        View = State.View(),
        Entries = [.. _entries],
        Receipts = [.. _receipts],
        Proof = Proof(),
    };

    /// <summary>A question about what came in, without anything to record; null where no answer could help.</summary>
    public ThreadRecord? ToQuestion() => Envelopes.Any() && Proof() is { } proof
        ? new ThreadRecord { ThreadId = _recorded.Start.ThreadId, View = _recorded.View(), Proof = proof }
        : null;

    /// <summary>What there was to record is durable: the next step begins.</summary>
    /// <param name="record">What was recorded.</param>
    public void Recorded(ThreadRecord record)
    {
        _done.Add(record);
        _recorded = State;
        (_isProven, _seal) = (_isProven || _seal is not null, null);
        Forget();
    }

    /// <summary>
    /// What the store lacks though it had it, of this run of the orchestration: what was recorded since its chain ended so.
    /// </summary>
    /// <param name="head">The hash with which the store's chain ends.</param>
    /// <exception cref="ThreadDivergedException">
    /// The store has something else than this orchestration recorded, or has lost what an earlier run of it did.
    /// </exception>
    public IReadOnlyList<ThreadRecord> RecordedSince(string head) =>
        _done.FindIndex(record => record.Follows == head) is >= 0 and var first
            ? _done[first..]
            : throw new ThreadDivergedException(
                $"The store's chain of thread {State.Start.ThreadId} ends with {head}, which no step of this run follows.");

    /// <summary>
    /// Goes on from what the store has instead of this step: an episode that ran before, and was never committed, may have
    /// recorded another. What came in and has no answer yet is decided again.
    /// </summary>
    /// <exception cref="IllegalTransitionException">The store's entries do not follow what was recorded.</exception>
    public void GoOnFrom(StoredSteps stored, DateTimeOffset now)
    {
        Arrival[] open = [.. _arrivals.Where(one => one.RequestId is null || !stored.Answered.Contains(one.RequestId))];
        State = stored.Whole ?? stored.Entries.Aggregate(_recorded, (state, entry) => state.Apply(entry));
        _isProven |= stored.Whole is not null;
        Forget();
        Recorded(ToRecord() with { Entries = stored.Entries });
        TakeAgain(open, now);
    }

    /// <summary>The store was asked whether it lacks something.</summary>
    public void LookedInTheStore() => _arrivals.RemoveAll(one => one.Input is StoreFoundBehind);

    /// <summary>Decides again without the events at some places, which nobody may have sent.</summary>
    public void LeaveOut(IReadOnlyList<int> places, DateTimeOffset now)
    {
        InboxEnvelope[] forged = [.. Envelopes.Where((_, place) => places.Contains(place))];
        Arrival[] rest = [.. _arrivals.Where(one => !forged.Any(envelope => ReferenceEquals(envelope, one.Envelope)))];
        State = _recorded;
        Forget();
        TakeAgain(rest, now);
    }

    /// <summary>Forgets what could not be recorded, and ends the thread instead.</summary>
    public void Abandon(string why, DateTimeOffset now)
    {
        State = _recorded;
        Forget();
        Take(new SystemFault(EndReason.InternalError, why), now);
    }

    private IEnumerable<InboxEnvelope> Envelopes => _arrivals.Select(one => one.Envelope).OfType<InboxEnvelope>();

    private static ArrivalProof ProofOf(InboxEnvelope envelope) =>
        new(envelope.RequestId ?? "", ThreadSeals.HashOf(envelope.Payload), envelope.Seal);

    private StepProof? Proof() => _isProven || _seal is not null ? new(_seal, [.. Envelopes.Select(ProofOf)]) : null;

    private void TakeAgain(IEnumerable<Arrival> arrivals, DateTimeOffset now)
    {
        foreach (var arrival in arrivals)
        {
            Take(arrival with { At = arrival.At > now ? arrival.At : now });
        }
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

    /// <summary>What came in, when, and, where it came from outside, in what.</summary>
    private sealed record Arrival(ThreadInput Input, DateTimeOffset At, InboxEnvelope? Envelope)
    {
        /// <summary>Who waits for the answer.</summary>
        public string? RequestId => Envelope?.RequestId;
    }
}
