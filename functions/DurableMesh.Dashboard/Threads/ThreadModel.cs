using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Threads;

/// <summary>What the page of a thread shows.</summary>
/// <param name="Thread">The thread.</param>
/// <param name="Evidence">Its evidence so far; null before the gate has spoken.</param>
/// <param name="Messages">The messages of this page, by sequence.</param>
/// <param name="Report">What checking the evidence gave, where that was asked for.</param>
/// <param name="Now">The time.</param>
public sealed record ThreadModel(
    ThreadView Thread,
    EvidenceFile? Evidence,
    IReadOnlyList<MessageView> Messages,
    EvidenceReport? Report,
    DateTimeOffset Now)
{
    /// <summary>How many messages a page shows.</summary>
    public const int PageLength = 50;

    /// <summary>The sequence before the first message of this page; 0 where none is before it.</summary>
    public int Earlier => Messages.Count == 0 ? 0 : Messages[0].Sequence - 1;

    /// <summary>Whether this page ends with the newest message.</summary>
    public bool IsNewest => Messages.Count == 0 || Messages[^1].Sequence >= Thread.Messages;

    /// <summary>Who had the move when, and what it cost.</summary>
    public IReadOnlyList<WorkSpan> Work => Evidence is null ? [] : [.. SpansOf(Evidence.Entries)];

    private static IEnumerable<WorkSpan> SpansOf(IReadOnlyList<TranscriptEntry> entries)
    {
        DateTimeOffset? from = null;
        foreach (var accepted in entries.Select(entry => entry.Event).OfType<MessageAccepted>())
        {
            var message = accepted.Message;
            if (from is { } began && message.Kind.IsTurn())
            {
                yield return new WorkSpan(
                    message.From, message.Kind, message.Sequence, began, accepted.At, message.Usage?.CostUsd ?? 0);
            }

            from = message.Kind.IsTurn() || from is null ? accepted.At : from;
        }
    }
}

/// <summary>A turn: an agent had the move from the turn before on.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Kind">What it sent.</param>
/// <param name="Sequence">The message's place.</param>
/// <param name="From">When it got the move.</param>
/// <param name="To">When its message was accepted.</param>
/// <param name="CostUsd">What the turn cost, in US dollars.</param>
public sealed record WorkSpan(
    string Agent, MessageKind Kind, int Sequence, DateTimeOffset From, DateTimeOffset To, decimal CostUsd);
