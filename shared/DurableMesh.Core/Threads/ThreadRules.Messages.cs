using DurableMesh.Core.Identity;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

public static partial class ThreadRules
{
    private static ThreadDecision Receive(Step step, IncomingMessage incoming)
    {
        if (step.State.Recent.Find(incoming.From, incoming.MessageId) is { } known && known.ContentHash == incoming.ContentHash)
        {
            return step.Decision(step.Accepted() with
            {
                Kind = ReceiptKind.Duplicate,
                MessageId = known.MessageId,
                Sequence = known.Sequence,
            });
        }

        if (Objection(step.State, incoming) is var (reason, detail))
        {
            return step.Decision(step.Rejected(reason, detail, incoming.MessageId));
        }

        var message = MessageOf(step.State, incoming);
        step.Raise(new MessageAccepted { At = step.Now, Message = message });
        Conclude(step, message, incoming.Reason);
        return step.Decision(step.Accepted(message));
    }

    /// <summary>Why a message cannot become part of the thread, the most fundamental reason first; null where it can.</summary>
    private static (RejectReason Reason, string Detail)? Objection(ThreadState state, IncomingMessage incoming) => state switch
    {
        _ when Stranger(state, incoming.From) is { } stranger => stranger,
        _ when state.Recent.Find(incoming.From, incoming.MessageId) is { } other =>
            (RejectReason.MessageConflict,
                $"Message {other.Sequence} has the same messageId and other content; give a new message a new messageId."),
        _ => WrongKind(state, incoming) ?? WrongMoment(state, incoming) ?? UnsupportedPass(state, incoming)
            ?? Unpriced(state, incoming.Usage) ?? MissesTheDay(state, incoming),
    };

    /// <summary>Why nothing can come from somebody, whatever it is.</summary>
    private static (RejectReason Reason, string Detail)? Stranger(ThreadState state, string from) => state switch
    {
        _ when TakesNobodysWordIn(state) && !state.IsParty(from) =>
            (RejectReason.NotAParty, $"'{from}' is no party of this thread."),
        { Phase: ThreadPhase.Ended } =>
            (RejectReason.ThreadEnded, $"The thread ended as {Upper(state.EndState)}; nothing more can be sent to it."),
        { Phase: not ThreadPhase.Open } =>
            (RejectReason.ThreadNotOpen, "The gate has not let the thread in yet; send again when its state is open."),
        _ when !state.IsParty(from) =>
            (RejectReason.NotAParty, $"'{from}' is neither '{state.Start.Initiator}' nor '{state.Start.Responder}'."),
        _ => null,
    };

    private static (RejectReason, string)? WrongKind(ThreadState state, IncomingMessage incoming)
    {
        var byInitiator = incoming.From == state.Start.Initiator;
        var detail = incoming.Kind switch
        {
            MessageKind.Brief => "The brief is message 1 and sent by the mesh.",
            MessageKind.Submission when !byInitiator => "Only the initiator submits; the responder judges.",
            MessageKind.Verdict when byInitiator => "Only the responder judges; the initiator sends submissions.",
            MessageKind.Verdict when incoming.Verdict is null => "A verdict says pass, fail, partial or blocked.",
            MessageKind.Verdict when incoming.Plumbing => "Plumbing judges nothing; it can at most be an answer.",
            MessageKind.Verdict when IsAdvisory(state) && !state.Start.Acceptance.Any(criterion => criterion.Required) =>
                "The brief has no required criterion to judge by; give advice with an answer.",
            MessageKind.Verdict => null,
            MessageKind.Acknowledgement when !IsAdvisory(state) => "Only the advice of an advisory thread is acknowledged.",
            MessageKind.Acknowledgement when !byInitiator => "Only the initiator acknowledges; the responder gives advice.",
            _ when incoming.Plumbing && !(incoming.Kind == MessageKind.Answer && KnowsAdviceIn(state)) =>
                "Only an answer can be plumbing.",
            MessageKind.Failure when incoming.Body is null => "A failure says in its body why it is one.",
            _ when incoming.Verdict is not null => "Only a message of kind verdict carries a verdict.",
            _ => null,
        };
        return detail is null ? null : (RejectReason.WrongKind, detail);
    }

    private static (RejectReason, string)? WrongMoment(ThreadState state, IncomingMessage incoming)
    {
        if (incoming.InReplyTo is { } reply && (reply < 1 || reply > state.Messages))
        {
            return (RejectReason.UnknownReply, $"There is no message {reply}; the last one is {state.Messages}.");
        }

        if (incoming.Kind is MessageKind.Finding or MessageKind.Note)
        {
            var cap = state.Start.Limits.MaxFindingsPerTurn;
            return state.FindingsThisTurn >= cap
                ? (RejectReason.FindingsCap, $"This turn has its {cap} findings and notes; send the rest after the next turn.")
                : null;
        }

        if (state.Awaiting != incoming.From)
        {
            return (
                RejectReason.NotYourTurn,
                $"The move is '{state.Awaiting}''s; only findings and notes may be sent meanwhile.");
        }

        var detail = incoming.Kind switch
        {
            MessageKind.Answer when AskedOf(state, incoming.From) == 0 && !IsAdvisedOn(state, incoming.From) =>
                "There is no open question to answer.",
            MessageKind.Acknowledgement when state.LastVerdict is not null =>
                "The work was judged; the thread goes on to a verdict.",
            MessageKind.Acknowledgement when state.Advice is null => "There is no advice yet to acknowledge.",
            MessageKind.Verdict when !state.SubmissionPending && incoming.Verdict != Verdict.Blocked =>
                "There is no submission to judge; ask for one, or send the verdict blocked.",
            _ => null,
        };
        return detail is null ? null : (RejectReason.WrongKind, detail);
    }

    /// <summary>DESIGN §4, no false PASS: every required criterion covered and passed, and something that shows it.</summary>
    private static (RejectReason, string)? UnsupportedPass(ThreadState state, IncomingMessage incoming)
    {
        if (incoming.Verdict != Verdict.Pass)
        {
            return null;
        }

        var assessment = VerdictAssessment.Of(state.Start.Acceptance, incoming.Checks);
        var gaps = new List<string>();
        if (assessment.Failing.Count > 0)
        {
            gaps.Add($"these required checks fail: {List(assessment.Failing)}");
        }

        if (assessment.Uncovered.Count > 0)
        {
            gaps.Add($"these required criteria are not covered: {List(assessment.Uncovered)}");
        }

        string[] contradicting = [.. assessment.Contradicting.Except(assessment.Failing)];
        if (TakesNobodysWordIn(state) && contradicting.Length > 0)
        {
            gaps.Add($"these checks, which the brief does not call optional, failed or were skipped: {List(contradicting)}");
        }

        if (incoming.Artifacts.Count == 0 && !incoming.Checks.Any(check => Shows(state, check)))
        {
            gaps.Add("neither an artifact nor a check's detail serves as evidence");
        }

        return gaps.Count == 0 ? null : (RejectReason.UnsupportedPass, $"The pass is not supported: {string.Join("; ", gaps)}.");
    }

    /// <summary>Whether a check brings evidence of what passed.</summary>
    private static bool Shows(ThreadState state, Check check) => TakesNobodysWordIn(state)
        ? check.Status == CheckStatus.Pass && !TextRules.IsBlank(check.Detail)
        : !string.IsNullOrWhiteSpace(check.Detail);

    /// <summary>
    /// Ends the thread where the accepted message ends it: first by its verdict, then by a limit. Its own verdict wins over a
    /// limit that the same message reaches (http-api.md, last paragraph).
    /// </summary>
    private static void Conclude(Step step, Message message, string? reason)
    {
        var (state, limits) = (step.State, step.State.Start.Limits);
        switch (message.Verdict)
        {
            case Verdict.Pass:
                step.End(EndState.Pass, EndReason.Verified, by: NameOf(state, message.From));
                return;
            case Verdict.Partial:
                step.End(EndState.Partial, EndReason.PartiallyVerified, by: NameOf(state, message.From));
                return;
            case Verdict.Blocked:
                step.End(EndState.Blocked, EndReason.VerifierBlocked, by: NameOf(state, message.From));
                return;
        }

        if (message.Kind == MessageKind.Acknowledgement)
        {
            var advice = state.Advice == AdviceKind.Given ? EndReason.AdviceAcknowledged : EndReason.PlumbingOnly;
            step.End(EndState.Answered, advice, by: NameOf(state, message.From));
            return;
        }

        if (message.Kind == MessageKind.Failure)
        {
            step.End(EndState.Blocked, EndReason.AgentUnreachable, reason ?? WhyNot(message), NameOf(state, message.From));
            return;
        }

        var cost = state.TotalUsage().CostUsd;
        if (cost > limits.CostCapUsd)
        {
            step.EndByLimit(
                EndReason.CostCap,
                FormattableString.Invariant($"{cost} USD are spent, the cap is {limits.CostCapUsd} USD."));
        }
        else if (!TakesNobodysWordIn(state) && Overdrawn(message.Budgets, message.Usage?.CostUsd ?? 0) is { } budget)
        {
            step.EndByLimit(EndReason.CostCap, $"With this message {budget.Words()}.");
        }
        else if (message.Kind == MessageKind.Verdict && state.RoundsWithoutProgress >= limits.MaxRoundsWithoutProgress)
        {
            step.EndByLimit(
                EndReason.NoProgress,
                $"The required checks that failed or were skipped did not get fewer for {state.RoundsWithoutProgress} rounds.");
        }
        else if (state.Turns >= limits.MaxTurns)
        {
            step.EndByLimit(EndReason.MaxTurns, $"The {limits.MaxTurns} turns are used up.");
        }
    }

    /// <summary>What a transcript says, which knows of a large body its hash only.</summary>
    private static string WhyNot(Message failure) => failure.Body?.Inline?.ToDisplayText()
        ?? $"'{failure.From}' cannot answer; message {failure.Sequence} says why.";

    private static Message MessageOf(ThreadState state, IncomingMessage incoming) => new()
    {
        Sequence = state.Messages + 1,
        MessageId = incoming.MessageId,
        From = incoming.From,
        To = state.Start.Other(incoming.From),
        Kind = incoming.Kind,
        Body = incoming.Body,
        Checks = incoming.Checks,
        Artifacts = incoming.Artifacts,
        InReplyTo = incoming.InReplyTo,
        Verdict = incoming.Verdict,
        Plumbing = incoming.Plumbing,
        Usage = Settled(state, incoming),
        Redactions = incoming.Redactions,
        Budgets = incoming.Budgets,
        SentAt = incoming.SentAt,
        ContentHash = incoming.ContentHash,
    };

    private static bool TakesNobodysWordIn(ThreadState state) => state.Start.Rules >= TakesNobodysWord;

    private static bool KnowsAdviceIn(ThreadState state) => state.Start.Rules >= KnowsAdvice;

    private static bool IsAdvisory(ThreadState state) => state.Start.IsAdvisory;

    /// <summary>Whether a submission waits for the responder's advice, which is an answer as well.</summary>
    private static bool IsAdvisedOn(ThreadState state, string from) =>
        IsAdvisory(state) && state.SubmissionPending && from == state.Start.Responder;

    /// <summary>Who ended a thread, for the record.</summary>
    private static string NameOf(ThreadState state, string party) =>
        TakesNobodysWordIn(state) ? Subject.Agent(party).ToString() : party;

    private static int AskedOf(ThreadState state, string party) =>
        party == state.Start.Initiator ? state.ResponderQuestions : state.InitiatorQuestions;

    private static string List(IReadOnlyList<string> ids) =>
        ids.Count <= 10 ? string.Join(", ", ids) : $"{string.Join(", ", ids.Take(10))} and {ids.Count - 10} more";

    private static string Upper(EndState? endState) => endState?.ToString().ToUpperInvariant() ?? "";
}
