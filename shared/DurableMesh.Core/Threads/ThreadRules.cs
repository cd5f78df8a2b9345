using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>
/// The rules of a thread (DESIGN §4, §6): from a state and what comes in to what happens. Pure; needs no clock but the one given.
/// </summary>
public static partial class ThreadRules
{
    /// <summary>The rules of new threads; a thread keeps those that it began with (<see cref="ThreadStart.Rules"/>).</summary>
    public const int Newest = KnowsAdvice;

    /// <summary>From these rules on a turn without a cost settles at what its sender reserved; before, at nothing.</summary>
    private const int SettlesAtReserved = 2;

    /// <summary>
    /// From these rules on a pass names no failure and shows something that can be seen, the day's budgets turn a message or call
    /// away and end no thread, a usage that nobody can price goes by the policy, and whoever did something is named with what
    /// they are.
    /// </summary>
    internal const int TakesNobodysWord = 3;

    /// <summary>
    /// From these rules on an advisory thread ends when its initiator acknowledges the advice, may have a brief that nothing can
    /// be judged by, and an answer says whether it is plumbing.
    /// </summary>
    internal const int KnowsAdvice = 4;

    /// <summary>How much is said about an end in its detail, in UTF-16 units; what is longer is shortened.</summary>
    internal const int MaxDetailLength = 1000;

    /// <summary>Decides what becomes of something that came in.</summary>
    /// <param name="state">Where the thread is.</param>
    /// <param name="input">What came in.</param>
    /// <param name="now">The orchestration's present instant.</param>
    /// <returns>Events, receipt and next state. The cost does not grow with the number of turns.</returns>
    public static ThreadDecision Decide(ThreadState state, ThreadInput input, DateTimeOffset now)
    {
        var step = new Step(state, now);
        if (state.Phase != ThreadPhase.Ended
            && now >= state.Deadline
            && input is not (GateEvaluated or CancelRequested or SystemFault))
        {
            step.Expire();
        }

        return input switch
        {
            GateEvaluated gate => step.Open(gate.Report),
            MessageArrived arrived => Receive(step, arrived.Message),
            ReservationAsked asked => Reserve(step, asked),
            CancelRequested cancel => step.Cancel(cancel),
            GateDecided decided => step.Release(decided),
            PartyUnavailable party => step.Lose(party),
            SystemFault fault => step.Fail(fault),
            AlarmRang => step.Remind(),
            _ => step.Decision(),
        };
    }

    /// <summary>One decision in the making: every event is applied, and linked to the chain, as it arises.</summary>
    private sealed class Step(ThreadState state, DateTimeOffset now)
    {
        private readonly List<TranscriptEntry> _entries = [];

        public ThreadState State { get; private set; } = state;

        public DateTimeOffset Now => now;

        private bool Over => State.Phase == ThreadPhase.Ended;

        public void Raise(ThreadEvent threadEvent)
        {
            var entry = TranscriptEntry.Link(State.Entries, State.Head, threadEvent);
            State = State.Apply(entry);
            _entries.Add(entry);
        }

        public void End(EndState endState, EndReason reason, string? detail = null, string? by = null)
        {
            if (State.Gate is null)
            {
                Raise(new ThreadOpening { At = now, Thread = State.Start, Gate = GateReport.NotEvaluated });
            }

            Raise(new ThreadEnded { At = now, EndState = endState, Reason = reason, Detail = Shorten(detail), By = by });
        }

        /// <summary>A limit ends the thread as PARTIAL where the last verdict shows that a part of the work holds.</summary>
        public void EndByLimit(EndReason limit, string detail) =>
            End(State.ChecksPassed > 0 ? EndState.Partial : EndState.Blocked, limit, detail);

        public void Expire()
        {
            if (State.Phase == ThreadPhase.Held)
            {
                End(EndState.Blocked, EndReason.GateExpired, "Nobody decided before the deadline.");
            }
            else
            {
                EndByLimit(
                    EndReason.TtlExpired,
                    $"The time to live of {Iso8601Duration.Format(State.Start.Limits.Ttl)} ran out.");
            }
        }

        public ThreadDecision Open(GateReport report)
        {
            // The gate speaks once; an activity that ran twice, or a cancel that was faster, changes nothing.
            if (Over || State.Gate is not null)
            {
                return Decision();
            }

            Raise(new ThreadOpening { At = now, Thread = State.Start, Gate = report });
            if (report.Outcome == GateOutcome.Approved)
            {
                PostBrief();
            }
            else if (report.Outcome != GateOutcome.Held)
            {
                End(EndState.Blocked, report.Reason ?? EndReason.GateDenied, report.Objections());
            }

            return Decision();
        }

        public ThreadDecision Release(GateDecided decided)
        {
            if (State.Phase != ThreadPhase.Held)
            {
                return Decision(Rejected(
                    RejectReason.NotHeld,
                    $"The thread is {State.Phase}; only a held thread can be decided."));
            }

            Raise(new HoldDecided { At = now, By = decided.By, Decision = decided.Decision, Why = decided.Why });
            if (decided.Decision == HoldDecision.Approve)
            {
                PostBrief();
            }
            else
            {
                End(EndState.Blocked, EndReason.GateDenied, decided.Why, decided.By);
            }

            return Decision(Accepted());
        }

        public ThreadDecision Cancel(CancelRequested cancel)
        {
            if (!Over)
            {
                End(EndState.Blocked, EndReason.Cancelled, cancel.Why, cancel.By);
            }

            return Decision(Accepted());
        }

        /// <summary>What cannot be delivered must not look delivered: the dialogue is over, and the sender hears why.</summary>
        public ThreadDecision Lose(PartyUnavailable party)
        {
            if (!Over)
            {
                End(EndState.Blocked, EndReason.AgentUnreachable, party.Why);
            }

            return Decision(Rejected(RejectReason.RecipientUnavailable, party.Why));
        }

        public ThreadDecision Remind()
        {
            if (State.RemindAt <= now)
            {
                Raise(new HoldReminded { At = now, ExpiresAt = State.Deadline });
            }

            return Decision();
        }

        public ThreadDecision Fail(SystemFault fault)
        {
            if (!Over)
            {
                End(EndState.Blocked, fault.Reason, fault.Detail);
            }

            return Decision();
        }

        public Receipt Accepted(Message? message = null) => new()
        {
            Kind = ReceiptKind.Accepted,
            ThreadId = State.Start.ThreadId,
            MessageId = message?.MessageId,
            Sequence = message?.Sequence,
            ThreadState = State.Phase,
        };

        public Receipt Rejected(RejectReason reason, string detail, string? messageId = null) => new()
        {
            Kind = ReceiptKind.Rejected,
            ThreadId = State.Start.ThreadId,
            MessageId = messageId,
            ThreadState = State.Phase,
            Reason = reason,
            Detail = detail,
        };

        public ThreadDecision Decision(Receipt? receipt = null) =>
            new([.. _entries.Select(entry => entry.Event)], _entries, receipt, State);

        private void PostBrief() => Raise(new MessageAccepted { At = now, Message = BriefOf(State.Start, now) });

        private static string? Shorten(string? text) =>
            text is null ? null : WholeText.Shorten(text, MaxDetailLength);
    }

    /// <summary>
    /// The criteria go along as checks that nobody has tried yet, so that a party needs nothing but its messages.
    /// </summary>
    private static Message BriefOf(ThreadStart start, DateTimeOffset now) => new()
    {
        Sequence = 1,
        MessageId = Message.BriefId,
        From = start.Initiator,
        To = start.Responder,
        Kind = MessageKind.Brief,
        Body = start.Body,
        Redactions = start.Redactions,
        Checks = [.. start.Acceptance.Select(criterion => new Check
        {
            Id = criterion.Id,
            Title = criterion.Title,
            Status = CheckStatus.Skipped,
            Required = criterion.Required,
        })],
        SentAt = now,
        ContentHash = start.RequestHash,
    };
}
