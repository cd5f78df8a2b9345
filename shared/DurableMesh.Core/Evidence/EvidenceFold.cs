using DurableMesh.Core.Money;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>Computes the evidence from the transcript, entry by entry.</summary>
internal sealed class EvidenceFold
{
    private readonly List<EvidenceRound> _rounds = [];
    private readonly Dictionary<(string Agent, string? Model), AgentUsage> _usage = [];
    private readonly List<CostDisagreement> _disagreements = [];
    private readonly Dictionary<string, AgentTiming> _timings = [];
    private readonly ThreadOpening _opening;
    private ThreadState _state;
    private RedactionCounts _redactions = RedactionCounts.None;
    private HoldDecided? _decision;
    private DateTimeOffset? _openedAt;
    private DateTimeOffset _movedAt;
    private DateTimeOffset _lastAt;

    private EvidenceFold(ThreadOpening opening)
    {
        _opening = opening;
        _state = ThreadState.Starting(opening.Thread);
        _movedAt = _lastAt = opening.At;
        foreach (var party in (string[])[opening.Thread.Initiator, opening.Thread.Responder])
        {
            _timings[party] = new AgentTiming(party, 0, TimeSpan.Zero);
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
        var before = _state;
        _state = _state.Apply(entry);
        _lastAt = entry.Event.At;
        switch (entry.Event)
        {
            case MessageAccepted accepted:
                Count(accepted.Message);
                Follow(accepted);
                break;
            case HoldDecided decided:
                _decision = decided;
                break;
        }

        if (_state.Awaiting != before.Awaiting)
        {
            PassMove(before.Awaiting);
            _movedAt = _lastAt;
        }
    }

    private void Count(Message message)
    {
        _redactions = _redactions.Add(message.Redactions ?? RedactionCounts.None);
        if (message.Usage is { } spent)
        {
            var key = (message.From, spent.Model);
            var known = _usage.GetValueOrDefault(key) ?? new AgentUsage(message.From, spent.Model, 0, 0, UsageTotals.Zero);
            _usage[key] = known with
            {
                Messages = known.Messages + 1,
                Unpriced = known.Unpriced + (spent.CostSource == CostSource.Unpriced ? 1 : 0),
                Totals = known.Totals + spent.Totals(),
                AtReserved = known.AtReserved + (spent.CostSource == CostSource.Reserved ? 1 : 0),
            };
            if (spent.Disputed is var (stated, computed))
            {
                _disagreements.Add(new(message.Sequence, message.From, spent.Model, stated, computed));
            }
        }

        if (message.Kind.IsTurn())
        {
            _timings[message.From] = _timings[message.From] with { Turns = _timings[message.From].Turns + 1 };
        }
    }

    private void Follow(MessageAccepted accepted)
    {
        var message = accepted.Message;
        switch (message.Kind)
        {
            case MessageKind.Brief:
                _openedAt = accepted.At;
                break;
            case MessageKind.Submission:
                _rounds.Add(new EvidenceRound(_state.Round, message.Sequence, accepted.At, 0, null, null, null, []));
                break;
            case MessageKind.Finding when message.From == _opening.Thread.Responder && _rounds is [.., { Verdict: null } open]:
                _rounds[^1] = open with { Findings = open.Findings + 1 };
                break;
            case MessageKind.Verdict when _rounds is [.., { Verdict: null } open]:
                _rounds[^1] = open with
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
            _timings[from] = _timings[from] with { HadTheMove = _timings[from].HadTheMove + (_lastAt - _movedAt) };
        }
    }

    private EvidenceFile File(IReadOnlyList<TranscriptEntry> entries)
    {
        PassMove(_state.Awaiting);
        var thread = _opening.Thread;
        return new EvidenceFile
        {
            Format = EvidenceFile.CurrentFormat,
            Final = _state.Phase == ThreadPhase.Ended,
            ThreadId = thread.ThreadId,
            State = _state.Phase,
            EndState = _state.EndState,
            Reason = _state.Reason,
            Detail = _state.Detail,
            Pattern = thread.Pattern,
            McTask = thread.McTask,
            Priority = thread.Priority,
            Subject = thread.Subject,
            Initiator = thread.Initiator,
            Responder = thread.Responder,
            AuthorityVersion = thread.AuthorityVersion,
            Trust = thread.Trust,
            Redactions = _redactions,
            Gate = _opening.Gate,
            Decision = _decision,
            Acceptance = thread.Acceptance,
            Limits = thread.Limits,
            Messages = _state.Messages,
            Turns = _state.Turns,
            Findings = _state.Findings,
            Rounds = _rounds,
            Usage = new EvidenceUsage(_state.TotalUsage(), [.. _usage.Values])
            {
                Disagreements = _disagreements.Count == 0 ? null : _disagreements,
            },
            Timings = new EvidenceTimings(
                thread.CreatedAt,
                _openedAt,
                _state.EndedAt,
                _lastAt - thread.CreatedAt,
                [.. _timings.Values]),
            Chain = new EvidenceChain(EvidenceChain.Sha256, _state.Entries, _state.Head),
            Entries = entries,
        };
    }
}
