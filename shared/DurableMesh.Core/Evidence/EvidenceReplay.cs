using System.Text.Json;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Evidence;

/// <summary>
/// Lets the thread's rules decide again about all that came in, and compares: what the transcript says happened must be what the
/// rules make of it. This is how a PASS is checked, also in a file whose hashes a forger computed anew.
/// </summary>
internal sealed class EvidenceReplay
{
    private readonly IReadOnlyList<TranscriptEntry> _entries;
    private readonly List<EvidenceFinding> _findings = [];

    private readonly int? _rules;

    private EvidenceReplay(IReadOnlyList<TranscriptEntry> entries)
    {
        _entries = entries;
        _rules = (entries[0].Event as ThreadOpening)?.Thread.Rules;
    }

    public static IReadOnlyList<EvidenceFinding> Check(IReadOnlyList<TranscriptEntry> entries)
    {
        var replay = new EvidenceReplay(entries);
        try
        {
            replay.CheckMessages();
            replay.CheckRules();
            replay.CheckContents();
        }
#pragma warning disable CA1031 // A forged entry can break any assumption of the rules; that is a finding, never a crash.
        catch (Exception e)
#pragma warning restore CA1031
        {
            replay._findings.Add(new EvidenceFinding(EvidenceFault.RuleBroken, null, null, "entries", e.Message));
        }

        return replay._findings;
    }

    /// <summary>What an entry is called in a finding: the message's id, or what kind of entry it is.</summary>
    public static string IdOf(TranscriptEntry entry) => entry.Event switch
    {
        MessageAccepted accepted => accepted.Message.MessageId,
        ThreadOpening => "opening",
        MoneyReserved => "reservation",
        HoldReminded => "reminder",
        HoldDecided => "decision",
        _ => "end",
    };

    private void CheckMessages()
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            switch (_entries[i].Event)
            {
                case ThreadOpening { Thread: var thread, Gate: var gate }:
                    CheckBody(i, "thread.body", thread.Body);
                    CheckHash(i, "thread.requestHash", thread.RequestHash);
                    CheckHash(i, "gate.policyHash", gate.PolicyHash);
                    break;
                case MessageAccepted { Message: var message }:
                    CheckCost(i, "message.usage", message.Usage?.AsReported());
                    CheckBody(i, "message.body", message.Body);
                    CheckHash(i, "message.contentHash", message.ContentHash);
                    foreach (var artifact in message.Artifacts)
                    {
                        CheckHash(i, "message.artifacts.sha256", artifact.Sha256);
                    }

                    break;
                case MoneyReserved reserved:
                    CheckCost(i, "worstCase", reserved.WorstCase);
                    break;
            }
        }
    }

    private void CheckCost(int index, string path, SettledUsage? usage)
    {
        if (usage is not null)
        {
            CheckCost(index, $"{path}.costUsd", CostOf(usage), usage.CostUsd);
            CheckCost(index, $"{path}.computedUsd", ComputedOf(usage), usage.ComputedUsd);
            if (usage.StatedUsd >= usage.CostUsd)
            {
                CheckCost(index, $"{path}.statedUsd", null, usage.StatedUsd);
            }
        }
    }

    private void CheckCost(int index, string path, decimal? expected, decimal? found)
    {
        if (expected != found)
        {
            Add(
                EvidenceFault.CostMismatch,
                index,
                $"event.{path}",
                "The cost is not what its price row gives.",
                FormattableString.Invariant($"{expected}"),
                FormattableString.Invariant($"{found}"));
        }
    }

    private void CheckBody(int index, string path, MessageBody? body)
    {
        CheckHash(index, $"{path}.sha256", body?.Sha256);
        if (body?.Inline is not null && MessageBody.Of(body.Inline) is var computed && computed.ToRef() != body.ToRef())
        {
            AddHash(index, path, "The body is not what its hash was computed over.", computed.Sha256, body.Sha256);
        }
    }

    /// <summary>
    /// Each message is what its sender sent: that stands in it, but for the cost of an old one, which was not always rounded when
    /// it was read, and but for the brief, whose hash is that of the request for the thread. Where something else is wrong with a
    /// message its hash is no news.
    /// </summary>
    private void CheckContents()
    {
        for (var i = 0; i < _entries.Count && _rules >= ThreadRules.TakesNobodysWord; i++)
        {
            if (_entries[i].Event is MessageAccepted { Message: { Kind: not MessageKind.Brief } message }
                && _findings.All(finding => finding.Entry != i)
                && IncomingMessage.HashesOf(message) is var hashes
                && !hashes.Contains(message.ContentHash))
            {
                AddHash(
                    i,
                    "message.contentHash",
                    "The message is not what its hash was computed over.",
                    hashes[0],
                    message.ContentHash);
            }
        }
    }

    private void CheckHash(int index, string path, string? hash)
    {
        if (hash is not null && !ContentHash.IsHex(hash))
        {
            AddHash(index, path, "This is no SHA-256 of anything: 64 hexadecimal digits in lower case.", null, hash);
        }
    }

    private decimal CostOf(SettledUsage usage) => usage switch
    {
        { CostSource: CostSource.PriceTable, Price: { } price } => price.CostOf(usage.ToUsage()),
        { CostSource: CostSource.Sender, Price: { } price }
            when _rules >= ThreadRules.TakesNobodysWord && usage.CostUsd < price.CostOf(usage.ToUsage()) =>
                price.CostOf(usage.ToUsage()),
        { CostSource: CostSource.Sender } => UsdRounding.Round(usage.CostUsd),
        _ => 0,
    };

    private static decimal? ComputedOf(SettledUsage usage) =>
        usage.CostSource == CostSource.Sender ? usage.Price?.CostOf(usage.ToUsage()) : null;

    private void CheckRules()
    {
        if (_entries[0].Event is not ThreadOpening opening)
        {
            Add(EvidenceFault.RuleBroken, 0, "event.type", "A transcript begins with the thread's opening.", "\"opening\"", null);
            return;
        }

        if (_rules is not null and not (> 1 and <= ThreadRules.Newest))
        {
            Add(
                EvidenceFault.RuleBroken,
                0,
                "event.thread.rules",
                "These rules are not known here; check the file with the release that made it, or a later one.",
                $"2 to {ThreadRules.Newest}",
                Text(_rules));
            return;
        }

        CheckGate(opening);
        var state = ThreadState.Starting(opening.Thread);
        for (var i = 0; i < _entries.Count;)
        {
            var decision = InputAt(i) is { } input ? ThreadRules.Decide(state, input, _entries[i].Event.At) : null;
            if (decision is null || decision.Events.Count == 0)
            {
                Add(EvidenceFault.RuleBroken, i, "event", Refusal(decision), null, Text(_entries[i].Event));
                return;
            }

            if (!Compare(decision.Events, i))
            {
                return;
            }

            i += decision.Events.Count;
            state = decision.State;
        }
    }

    private void CheckGate(ThreadOpening opening)
    {
        var outcomes = opening.Gate.Rules.Select(rule => rule.Outcome).ToList();
        var outcome =
            opening.Gate.Outcome == GateOutcome.NotEvaluated && outcomes.Count == 0 ? GateOutcome.NotEvaluated
            : GateReport.OutcomeOf(outcomes);
        if (outcome != opening.Gate.Outcome)
        {
            Add(
                EvidenceFault.RuleBroken,
                0,
                "event.gate.outcome",
                "The gate's outcome does not follow from its rules.",
                Text(outcome),
                Text(opening.Gate.Outcome));
        }
    }

    /// <summary>What must have come in for an entry to arise; null where nothing could have.</summary>
    private ThreadInput? InputAt(int index) => _entries[index].Event switch
    {
        ThreadOpening { Gate.Outcome: GateOutcome.NotEvaluated } when index + 1 < _entries.Count => InputAt(index + 1),
        ThreadOpening { Gate: var report } => new GateEvaluated(report),
        MessageAccepted { Message: var message } => new MessageArrived(Incoming(message)),
        MoneyReserved reserved => new ReservationAsked(reserved.Agent, reserved.WorstCase, reserved.Budgets),
        HoldDecided decided => new GateDecided(decided.By, decided.Decision, decided.Why),
        ThreadEnded { Reason: EndReason.Cancelled } end => new CancelRequested(end.By ?? "", end.Detail ?? ""),
        ThreadEnded { Reason: EndReason.InternalError or EndReason.AgentUnreachable } end =>
            new SystemFault(end.Reason, end.Detail ?? ""),
        HoldReminded or ThreadEnded { Reason: EndReason.TtlExpired or EndReason.GateExpired } => new AlarmRang(),
        _ => null,
    };

    private bool Compare(IReadOnlyList<ThreadEvent> expected, int index)
    {
        for (var i = 0; i < expected.Count; i++)
        {
            if (index + i >= _entries.Count)
            {
                Add(
                    EvidenceFault.RuleBroken,
                    _entries.Count - 1,
                    "event",
                    "The rules make more of this than the transcript says: an entry is missing behind it.",
                    Text(expected[i]),
                    null);
                return false;
            }

            if (JsonDifference.Between(Canonical(expected[i]), Canonical(_entries[index + i].Event)) is [var difference, ..])
            {
                Add(
                    EvidenceFault.RuleBroken,
                    index + i,
                    $"event.{difference.Path}",
                    "By the rules of the thread something else happened here.",
                    difference.Expected,
                    difference.Found);
                return false;
            }
        }

        return true;
    }

    private static string Refusal(ThreadDecision? decision) => decision?.Receipt switch
    {
        { Kind: ReceiptKind.Rejected } receipt => $"The rules reject this as {Text(receipt.Reason)}: {receipt.Detail}",
        { Kind: ReceiptKind.Duplicate } receipt => $"This message is message {receipt.Sequence} again.",
        _ => "By the rules of the thread this cannot happen here.",
    };

    private static IncomingMessage Incoming(Message message) => new()
    {
        MessageId = message.MessageId,
        From = message.From,
        Kind = message.Kind,
        Body = message.Body,
        Checks = message.Checks,
        Artifacts = message.Artifacts,
        InReplyTo = message.InReplyTo,
        Verdict = message.Verdict,
        Plumbing = message.Plumbing,
        Usage = message.Usage?.AsReported(),
        Redactions = message.Redactions,
        Budgets = message.Budgets,
        SentAt = message.SentAt,
        ContentHash = message.ContentHash,
    };

    private static byte[] Canonical(ThreadEvent threadEvent)
    {
        // What an end says in words may be said better one day; how and why it ended may not.
        var compared = threadEvent is ThreadEnded end ? end with { Detail = null } : threadEvent;
        return CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(compared, MeshJson.Options));
    }

    private static string Text<T>(T value) => JsonDifference.Shorten(JsonSerializer.Serialize(value, MeshJson.Options));

    private void AddHash(int index, string path, string message, string? expected, string found) =>
        Add(EvidenceFault.HashMismatch, index, $"event.{path}", message, expected, found);

    private void Add(EvidenceFault fault, int index, string path, string message, string? expected, string? found) =>
        _findings.Add(new EvidenceFinding(fault, index, IdOf(_entries[index]), path, message, expected, found));
}
