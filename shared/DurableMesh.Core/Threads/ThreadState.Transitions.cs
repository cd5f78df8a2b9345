using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

public sealed partial record ThreadState
{
    /// <summary>The state after an event. All legal transitions stand here; the cost does not grow with the thread.</summary>
    /// <param name="threadEvent">What happened.</param>
    /// <exception cref="IllegalTransitionException">The event is not possible in this state.</exception>
    public ThreadState Apply(ThreadEvent threadEvent) => (Phase, threadEvent) switch
    {
        (ThreadPhase.Starting, ThreadOpening opening) when Gate is null => Open(opening),
        (ThreadPhase.Held, HoldReminded) when RemindAt is not null => this with { RemindAt = null },
        (ThreadPhase.Held, HoldDecided decided) => Decided(decided),
        (ThreadPhase.Open, MessageAccepted accepted) => Accept(accepted.Message, threadEvent),
        (ThreadPhase.Open, MoneyReserved reserved) when IsParty(reserved.Agent) =>
            Reserve(reserved.Agent, reserved.WorstCase.CostUsd),
        (ThreadPhase.Starting or ThreadPhase.Held or ThreadPhase.Open, ThreadEnded ended) when Gate is not null => End(ended),
        _ => throw Illegal(threadEvent, Gate is null ? "the opening comes first" : "it does not belong here"),
    };

    /// <summary>The state after an entry of the transcript: its event, and the chain one entry longer.</summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="IllegalTransitionException">The entry is not the next one, or its event is not possible in this
    /// state.</exception>
    public ThreadState Apply(TranscriptEntry entry) => entry.Ordinal == Entries && entry.Prev == Head
        ? Apply(entry.Event) with { Entries = Entries + 1, Head = entry.Hash }
        : throw Illegal(entry.Event, $"entry {entry.Ordinal} after {entry.Prev} does not follow entry {Entries - 1} with {Head}");

    private ThreadState Open(ThreadOpening opening) => this with
    {
        Gate = opening.Gate.Outcome,
        Phase = opening.Gate.Outcome switch
        {
            GateOutcome.Approved => ThreadPhase.Open,
            GateOutcome.Held => ThreadPhase.Held,
            _ => ThreadPhase.Starting,
        },
        Deadline = opening.Gate.Hold?.ExpiresAt ?? Deadline,
        RemindAt = opening.Gate.Hold?.RemindAt,
    };

    /// <summary>An approved dialogue has its whole time to live, however long the person took.</summary>
    private ThreadState Decided(HoldDecided decided) => decided.Decision == HoldDecision.Approve
        ? this with { Phase = ThreadPhase.Open, Deadline = decided.At + Start.Limits.Ttl, RemindAt = null }
        : this with { RemindAt = null };

    private ThreadState Accept(Message message, ThreadEvent threadEvent)
    {
        if (message.Sequence != Messages + 1 || (message.Kind == MessageKind.Brief) != (Messages == 0))
        {
            throw Illegal(threadEvent, $"message {message.Sequence} ({message.Kind}) cannot follow message {Messages}");
        }

        if (!IsParty(message.From) || message.To != Start.Other(message.From))
        {
            throw Illegal(threadEvent, $"message {message.Sequence} goes from {message.From} to {message.To}");
        }

        var next = Record(message);
        return message.Kind switch
        {
            MessageKind.Brief => next with { Awaiting = message.From },
            MessageKind.Finding => next with { Findings = Findings + 1, FindingsThisTurn = FindingsThisTurn + 1 },
            MessageKind.Note => next with { FindingsThisTurn = FindingsThisTurn + 1 },
            MessageKind.Submission => next.Turn(message) with
            {
                Round = Round + 1,
                SubmissionPending = true,
                InitiatorQuestions = 0,
                ResponderQuestions = 0,
            },
            MessageKind.Verdict => next.Turn(message).Judge(message) with
            {
                SubmissionPending = false,
                InitiatorQuestions = 0,
                ResponderQuestions = 0,
            },
            MessageKind.Question => next.Turn(message).CountQuestion(message.From, 1),
            MessageKind.Answer => next.Turn(message).Advise(message).CountQuestion(message.To, -1),
            MessageKind.Acknowledgement or MessageKind.Failure => next.Turn(message),
            _ => throw Illegal(threadEvent, $"there is no kind {message.Kind}"),
        };
    }

    private ThreadState Record(Message message)
    {
        var spent = message.Usage?.Totals() ?? UsageTotals.Zero;
        var byInitiator = message.From == Start.Initiator;
        return this with
        {
            Messages = message.Sequence,
            Recent = Recent.Add(new RecentMessage(message.From, message.MessageId, message.ContentHash, message.Sequence)),
            InitiatorUsage = byInitiator ? InitiatorUsage + spent : InitiatorUsage,
            ResponderUsage = byInitiator ? ResponderUsage : ResponderUsage + spent,
        };
    }

    /// <summary>A turn settles what its sender had reserved: from now on its usage counts.</summary>
    private ThreadState Turn(Message message) =>
        Reserve(message.From, 0) with { Turns = Turns + 1, FindingsThisTurn = 0, Awaiting = message.To };

    private ThreadState Reserve(string agent, decimal usd)
    {
        var before = Reserved ?? ReservedUsd.None;
        var after = agent == Start.Initiator ? before with { Initiator = usd } : before with { Responder = usd };
        return this with { Reserved = after == ReservedUsd.None ? null : after };
    }

    private ThreadState CountQuestion(string asker, int change) => asker == Start.Initiator
        ? this with { InitiatorQuestions = Math.Max(0, InitiatorQuestions + change) }
        : this with { ResponderQuestions = Math.Max(0, ResponderQuestions + change) };

    /// <summary>
    /// In an advisory thread an answer of the responder is advice, on the submission where no question is open.
    /// </summary>
    private ThreadState Advise(Message answer) => !Start.IsAdvisory || answer.From != Start.Responder ? this : this with
    {
        Advice = answer.Plumbing && Advice is null ? AdviceKind.Plumbing : answer.Plumbing ? Advice : AdviceKind.Given,
        SubmissionPending = SubmissionPending && InitiatorQuestions > 0,
    };

    private ThreadState Judge(Message verdict)
    {
        var assessment = VerdictAssessment.Of(Start.Acceptance, verdict.Checks);

        var progress = assessment.Open > 0 && (FewestOpen is null || assessment.Open < FewestOpen);
        return this with
        {
            LastVerdict = verdict.Verdict,
            ChecksPassed = assessment.Passed,
            ChecksFailed = assessment.Failing.Count,
            FewestOpen = progress ? assessment.Open : FewestOpen,
            RoundsWithoutProgress = progress || LastVerdict is null ? 0 : RoundsWithoutProgress + 1,
        };
    }

    private ThreadState End(ThreadEnded ended)
    {
        if (ended.EndState == Wire.EndState.Pass && (LastVerdict != Verdict.Pass || ended.Reason != EndReason.Verified))
        {
            throw Illegal(ended, "only the responder's pass ends a thread as PASS");
        }

        if (ended.EndState == Wire.EndState.Answered && ended.Reason != Advice switch
        {
            AdviceKind.Given => EndReason.AdviceAcknowledged,
            AdviceKind.Plumbing => EndReason.PlumbingOnly,
            _ => null,
        })
        {
            throw Illegal(ended, "only an answer that was given ends a thread as ANSWERED");
        }

        return this with
        {
            Phase = ThreadPhase.Ended,
            EndState = ended.EndState,
            Reason = ended.Reason,
            Detail = ended.Detail,
            EndedAt = ended.At,
            Awaiting = null,
            RemindAt = null,
            Reserved = null,
        };
    }

    private IllegalTransitionException Illegal(ThreadEvent threadEvent, string why) => new(Phase, threadEvent, why);
}
