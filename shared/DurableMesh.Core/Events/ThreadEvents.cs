using System.Globalization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Events;

/// <summary>
/// The events of a thread, derived from what a step recorded and from nothing else: so there is one for each cause, always the
/// same, and none for what was never recorded.
/// </summary>
public static class ThreadEvents
{
    /// <summary>The part of a limit that is used up when it is near.</summary>
    public const decimal NearShare = 0.8m;

    private static readonly Part Started = new(1, "started");
    private static readonly Part TurnsNear = new(2, "turns");
    private static readonly Part CostNear = new(3, "cost");
    private static readonly Part TtlNear = new(4, "ttl");

    /// <summary>The events of a step, in order.</summary>
    /// <param name="after">The thread after the step.</param>
    /// <param name="entries">What the step added to the transcript.</param>
    /// <param name="notice">What the mesh noted, where the step is a note of it.</param>
    public static IReadOnlyList<MeshEvent> Of(
        ThreadView after, IReadOnlyList<TranscriptEntry> entries, ThreadNotice? notice = null)
    {
        var events = new List<MeshEvent>(entries.Count);
        var turns = after.Turns - entries.Count(entry => IsTurn(entry.Event));
        var spent = after.Usage.CostUsd - entries.Sum(entry => CostOf(entry.Event));
        foreach (var entry in entries)
        {
            events.AddRange(Of(after, entry));

            // Of a thread that has ended nobody need hear that it was about to.
            var (turnsBefore, spentBefore) = (turns, spent);
            turns += IsTurn(entry.Event) ? 1 : 0;
            spent += CostOf(entry.Event);
            if (after.State != ThreadPhase.Ended && IsCrossed(turnsBefore, turns, after.Limits.MaxTurns))
            {
                events.Add(Near(after, TurnsNear, LimitKind.Turns, turns, after.Limits.MaxTurns, entry.Event.At, entry.Ordinal));
            }

            if (after.State != ThreadPhase.Ended && IsCrossed(spentBefore, spent, after.Limits.CostCapUsd))
            {
                events.Add(Near(after, CostNear, LimitKind.Cost, spent, after.Limits.CostCapUsd, entry.Event.At, entry.Ordinal));
            }
        }

        if (notice is { Limit: LimitKind.Ttl })
        {
            var ttl = after.Limits.Ttl;
            var used = ttl - (after.Deadline - notice.At);
            events.Add(Near(after, TtlNear, LimitKind.Ttl, Minutes(used), Minutes(ttl), notice.At, notice.After));
        }

        return events;
    }

    private static IEnumerable<MeshEvent> Of(ThreadView after, TranscriptEntry entry)
    {
        switch (entry.Event)
        {
            case ThreadOpening { Gate.Outcome: GateOutcome.Approved }:
                yield return About(after, entry, EventTypes.ThreadStarted, Head(after) with { State = ThreadPhase.Open });
                break;
            case ThreadOpening { Gate.Outcome: GateOutcome.Held } opening:
                yield return About(after, entry, EventTypes.ThreadHeld, Head(after) with
                {
                    State = ThreadPhase.Held,
                    Deadline = opening.Gate.Hold?.ExpiresAt,
                });
                break;
            case HoldDecided decided:
                var approved = decided.Decision == HoldDecision.Approve;
                yield return About(after, entry, EventTypes.ThreadDecided, Head(after) with
                {
                    State = approved ? ThreadPhase.Open : ThreadPhase.Held,
                    Decision = decided.Decision,
                    By = decided.By,
                });
                if (approved)
                {
                    yield return About(
                        after, entry, EventTypes.ThreadStarted, Head(after) with { State = ThreadPhase.Open }, Started);
                }

                break;
            case MessageAccepted { Message: var message }:
                var type = message.Kind == MessageKind.Finding ? EventTypes.FindingStreamed : EventTypes.MessageDelivered;
                yield return About(after, entry, type, Head(after, message));
                break;
            case ThreadEnded ended:
                yield return About(after, entry, EventTypes.ThreadEnded, Head(after) with
                {
                    State = ThreadPhase.Ended,
                    EndState = ended.EndState,
                    Reason = ended.Reason,
                    By = ended.By,
                    Deadline = null,
                });
                break;
        }
    }

    private static MeshEvent About(ThreadView thread, TranscriptEntry entry, string type, object data, Part? part = null) =>
        About(thread, type, data, entry.Event.At, entry.Ordinal, part);

    private static MeshEvent About(
        ThreadView thread, string type, object data, DateTimeOffset at, int ordinal, Part? part) => new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{thread.ThreadId}/{ordinal}")
                + (part is null ? "" : $"/{part.Name}"),
            Source = $"/threads/{thread.ThreadId}",
            Type = type,
            Subject = thread.ThreadId,
            Time = at,
            ThreadId = thread.ThreadId,
            Sequence = string.Create(CultureInfo.InvariantCulture, $"{ordinal:D8}.{part?.Rank ?? 0}"),
            Data = data,
            Agents = [thread.Initiator, thread.Responder],
        };

    private static MeshEvent Near(
        ThreadView thread, Part part, LimitKind limit, decimal used, decimal most, DateTimeOffset at, int ordinal) =>
        About(
            thread,
            EventTypes.LimitNear,
            new LimitHead
            {
                Limit = limit,
                Used = used,
                Most = most,
                Deadline = thread.Deadline,
                Initiator = thread.Initiator,
                Responder = thread.Responder,
                McTask = thread.McTask,
            },
            at,
            ordinal,
            part);

    private static ThreadHead Head(ThreadView thread) => new()
    {
        Pattern = thread.Pattern,
        McTask = thread.McTask,
        Priority = thread.Priority,
        Initiator = thread.Initiator,
        Responder = thread.Responder,
        State = thread.State,
        Deadline = thread.Deadline,
        Turns = thread.Turns,
        CostUsd = thread.Usage.CostUsd,
    };

    private static MessageHead Head(ThreadView thread, Message message) => new()
    {
        Sequence = message.Sequence,
        MessageId = message.MessageId,
        From = message.From,
        To = message.To,
        Kind = message.Kind,
        HandsOver = MessageKinds.HandsOver(message.Kind, message.Verdict),
        Verdict = message.Verdict,
        InReplyTo = message.InReplyTo,
        Checks = message.Checks.Count,
        Artifacts = message.Artifacts.Count,
        CostUsd = message.Usage?.CostUsd,
        Body = message.Body?.ToRef(),
        McTask = thread.McTask,
    };

    private static bool IsCrossed(decimal before, decimal after, decimal most) =>
        most > 0 && before < most * NearShare && after >= most * NearShare;

    private static bool IsTurn(ThreadEvent threadEvent) =>
        threadEvent is MessageAccepted { Message.Kind: var kind } && kind.IsTurn();

    private static decimal CostOf(ThreadEvent threadEvent) =>
        threadEvent is MessageAccepted { Message.Usage: { } usage } ? usage.CostUsd : 0;

    private static decimal Minutes(TimeSpan time) => Math.Round((decimal)time.TotalMinutes, 2);

    /// <summary>Tells events apart that one entry has.</summary>
    /// <param name="Rank">Orders them.</param>
    /// <param name="Name">Names them.</param>
    private sealed record Part(int Rank, string Name);
}
