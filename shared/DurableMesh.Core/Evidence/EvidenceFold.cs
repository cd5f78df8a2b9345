using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>Computes the evidence from the transcript, entry by entry.</summary>
internal sealed class EvidenceFold
{
    private readonly List<EvidenceRound> rounds = [];
    private readonly Dictionary<(string Agent, string? Model), AgentUsage> usage = [];
    private readonly Dictionary<string, AgentTiming> timings = [];
    private readonly ThreadOpening opening;
    private ThreadState state;
    private HoldDecided? decision;
    private DateTimeOffset? openedAt;
    private DateTimeOffset movedAt;
    private DateTimeOffset lastAt;

    private EvidenceFold(ThreadOpening opening)
    {
        this.opening = opening;
        state = ThreadState.Starting(opening.Thread);
        movedAt = lastAt = opening.At;
        foreach (var party in (string[])[opening.Thread.Initiator, opening.Thread.Responder])
        {
            timings[party] = new AgentTiming(party, 0, TimeSpan.Zero);
        }
    }

    public static EvidenceFile Of(IReadOnlyList<TranscriptEntry> entries)
    {
        if (entries.Count == 0 || entries[0].Event is not ThreadOpening opening)
        {
            throw new ArgumentException("A transcript begins with the thread's opening.", nameof(entries));
        }

        var fold = new EvidenceFold(opening);
        foreach (var entry in entries)
        {
            fold.Take(entry);
        }

        return fold.File(entries);
    }

    private void Take(TranscriptEntry entry)
    {
        var before = state;
        state = state.Apply(entry);
        lastAt = entry.Event.At;
        switch (entry.Event)
        {
            case MessageAccepted accepted:
                Count(accepted.Message);
                Follow(accepted);
                break;
            case HoldDecided decided:
                decision = decided;
                break;
        }

        if (state.Awaiting != before.Awaiting)
        {
            PassMove(before.Awaiting);
            movedAt = lastAt;
        }
    }

    private void Count(Message message)
    {
        if (message.Usage is { } spent)
        {
            var key = (message.From, spent.Model);
            var known = usage.GetValueOrDefault(key) ?? new AgentUsage(message.From, spent.Model, 0, 0, UsageTotals.Zero);
            usage[key] = known with
            {
                Messages = known.Messages + 1,
                Unpriced = known.Unpriced + (spent.CostSource == CostSource.Unpriced ? 1 : 0),
                Totals = known.Totals + spent.Totals(),
            };
        }

        if (message.Kind is MessageKind.Submission or MessageKind.Verdict or MessageKind.Question or MessageKind.Answer)
        {
            timings[message.From] = timings[message.From] with { Turns = timings[message.From].Turns + 1 };
        }
    }

    private void Follow(MessageAccepted accepted)
    {
        var message = accepted.Message;
        switch (message.Kind)
        {
            case MessageKind.Brief:
                openedAt = accepted.At;
                break;
            case MessageKind.Submission:
                rounds.Add(new EvidenceRound(state.Round, message.Sequence, accepted.At, 0, null, null, null, []));
                break;
            case MessageKind.Finding when message.From == opening.Thread.Responder && rounds is [.., { Verdict: null } open]:
                rounds[^1] = open with { Findings = open.Findings + 1 };
                break;
            case MessageKind.Verdict when rounds is [.., { Verdict: null } open]:
                rounds[^1] = open with
                {
                    Verdict = message.Sequence,
                    Result = message.Verdict,
                    JudgedAt = accepted.At,
                    Checks = message.Checks,
                };
                break;
        }
    }

    private void PassMove(string? from)
    {
        if (from is not null)
        {
            timings[from] = timings[from] with { HadTheMove = timings[from].HadTheMove + (lastAt - movedAt) };
        }
    }

    private EvidenceFile File(IReadOnlyList<TranscriptEntry> entries)
    {
        PassMove(state.Awaiting);
        var thread = opening.Thread;
        return new EvidenceFile
        {
            Format = EvidenceFile.CurrentFormat,
            Final = state.Phase == ThreadPhase.Ended,
            ThreadId = thread.ThreadId,
            State = state.Phase,
            EndState = state.EndState,
            Reason = state.Reason,
            Detail = state.Detail,
            Pattern = thread.Pattern,
            McTask = thread.McTask,
            Priority = thread.Priority,
            Subject = thread.Subject,
            Initiator = thread.Initiator,
            Responder = thread.Responder,
            AuthorityVersion = thread.AuthorityVersion,
            Gate = opening.Gate,
            Decision = decision,
            Acceptance = thread.Acceptance,
            Limits = thread.Limits,
            Messages = state.Messages,
            Turns = state.Turns,
            Findings = state.Findings,
            Rounds = rounds,
            Usage = new EvidenceUsage(state.TotalUsage(), [.. usage.Values]),
            Timings = new EvidenceTimings(
                thread.CreatedAt,
                openedAt,
                state.EndedAt,
                lastAt - thread.CreatedAt,
                [.. timings.Values]),
            Chain = new EvidenceChain(EvidenceChain.Sha256, state.Entries, state.Head),
            Entries = entries,
        };
    }
}
