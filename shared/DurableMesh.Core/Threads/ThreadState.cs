using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>
/// Where a thread is: a pure fold of its events (<see cref="Apply(ThreadEvent)"/>). Bounded, whatever the number of turns, so
/// that it can travel in a continue-as-new.
/// </summary>
public sealed partial record ThreadState
{
    /// <summary>What the thread is.</summary>
    public required ThreadStart Start { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ThreadPhase Phase { get; init; }

    /// <summary>
    /// The app's proof that it started the thread, in the input of the thread's orchestration and nowhere else.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Seal { get; init; }

    /// <summary>What the gate said; null until the opening is recorded.</summary>
    public GateOutcome? Gate { get; init; }

    /// <summary>When it ends by itself: a hold expires, a dialogue's time to live runs out.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When a reminder of the hold is due; null where none is.</summary>
    public DateTimeOffset? RemindAt { get; init; }

    /// <summary>When something is due next.</summary>
    public DateTimeOffset NextAlarm => RemindAt ?? Deadline;

    /// <summary>How it ended.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended.</summary>
    public EndReason? Reason { get; init; }

    /// <summary>More about the end.</summary>
    public string? Detail { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whose move it is; null unless it is open.</summary>
    public string? Awaiting { get; init; }

    /// <summary>Accepted messages, the brief included; equals the last sequence.</summary>
    public int Messages { get; init; }

    /// <summary>Accepted submissions, verdicts, questions and answers.</summary>
    public int Turns { get; init; }

    /// <summary>Accepted submissions.</summary>
    public int Round { get; init; }

    /// <summary>Whether the last submission still waits for its verdict.</summary>
    public bool SubmissionPending { get; init; }

    /// <summary>Accepted findings.</summary>
    public int Findings { get; init; }

    /// <summary>Findings and notes since the last turn.</summary>
    public int FindingsThisTurn { get; init; }

    /// <summary>The initiator's questions that wait for an answer.</summary>
    public int InitiatorQuestions { get; init; }

    /// <summary>The responder's questions that wait for an answer.</summary>
    public int ResponderQuestions { get; init; }

    /// <summary>What answers the responder of an advisory thread gave; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdviceKind? Advice { get; init; }

    /// <summary>The last verdict.</summary>
    public Verdict? LastVerdict { get; init; }

    /// <summary>Required criteria that the last verdict reports as passed.</summary>
    public int ChecksPassed { get; init; }

    /// <summary>Required checks that the last verdict reports as failed.</summary>
    public int ChecksFailed { get; init; }

    /// <summary>
    /// The fewest required checks that a verdict named as failed or skipped so far; null before the first that names any.
    /// </summary>
    public int? FewestOpen { get; init; }

    /// <summary>Verdicts in a row that did not name fewer failed or skipped required checks than every verdict before.</summary>
    public int RoundsWithoutProgress { get; init; }

    /// <summary>What the initiator spent.</summary>
    public required UsageTotals InitiatorUsage { get; init; }

    /// <summary>What the responder spent.</summary>
    public required UsageTotals ResponderUsage { get; init; }

    /// <summary>What the parties have reserved for the calls that they are making.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReservedUsd? Reserved { get; init; }

    /// <summary>The last accepted messages, for telling duplicates.</summary>
    public required RecentMessages Recent { get; init; }

    /// <summary>Entries in the transcript.</summary>
    public int Entries { get; init; }

    /// <summary>The last entry's hash.</summary>
    public required string Head { get; init; }

    /// <summary>What both parties spent.</summary>
    public UsageTotals TotalUsage() => InitiatorUsage + ResponderUsage;

    /// <summary>What a party has reserved, in US dollars.</summary>
    /// <param name="agent">The party's id.</param>
    public decimal ReservedBy(string agent) =>
        (agent == Start.Initiator ? Reserved?.Initiator : Reserved?.Responder) ?? 0;

    /// <summary>What of a cost counts against the budgets of a day: no more than the thread's cap still held.</summary>
    /// <param name="usd">The cost, in US dollars.</param>
    public decimal CountsForTheDay(decimal usd) =>
        DayBudget.Counted(usd, Start.Limits.CostCapUsd, TotalUsage().CostUsd);

    /// <summary>Whether the agent is one of the two parties.</summary>
    /// <param name="agent">The agent's id.</param>
    public bool IsParty(string agent) => agent == Start.Initiator || agent == Start.Responder;

    /// <summary>A thread that waits for the gate.</summary>
    /// <param name="start">What it is.</param>
    public static ThreadState Starting(ThreadStart start) => new()
    {
        Start = start,
        Phase = ThreadPhase.Starting,
        Deadline = start.CreatedAt + start.Limits.Ttl,
        InitiatorUsage = UsageTotals.Zero,
        ResponderUsage = UsageTotals.Zero,
        Recent = RecentMessages.Empty,
        Head = ContentHash.Genesis,
    };

    /// <summary>A thread as its transcript tells it; null where that has not begun.</summary>
    /// <param name="transcript">All entries, in order.</param>
    /// <exception cref="IllegalTransitionException">An entry does not follow the one before it.</exception>
    public static ThreadState? Of(IReadOnlyList<TranscriptEntry> transcript) =>
        transcript is [{ Event: ThreadOpening opening }, ..]
            ? transcript.Aggregate(Starting(opening.Thread), (state, entry) => state.Apply(entry))
            : null;

    /// <summary>As the API shows it; the management URLs are the host's to add.</summary>
    public ThreadView View() => new()
    {
        ThreadId = Start.ThreadId,
        State = Phase,
        EndState = EndState,
        Reason = Reason,
        Detail = Detail,
        Pattern = Start.Pattern,
        McTask = Start.McTask,
        Priority = Start.Priority,
        Subject = Start.Subject,
        Initiator = Start.Initiator,
        Responder = Start.Responder,
        Awaiting = Awaiting,
        Round = Round,
        Turns = Turns,
        Messages = Messages,
        Findings = Findings,
        Limits = Start.Limits,
        Deadline = Deadline,
        CreatedAt = Start.CreatedAt,
        EndedAt = EndedAt,
        Usage = TotalUsage(),
        ReservedUsd = Reserved,
        Checks = new CheckCounts(ChecksPassed, ChecksFailed, Start.Acceptance.Count(criterion => criterion.Required)),
        Evidence = new EvidenceLink(Start.EvidencePath, Final: Phase == ThreadPhase.Ended, Entries == 0 ? null : Head),
        AuthorityVersion = Start.AuthorityVersion,
        Trust = Start.Trust,
        ContextId = Start.ContextId,
        Workflow = Start.Workflow,
    };
}
