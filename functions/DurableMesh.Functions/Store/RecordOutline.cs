using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>
/// What the index must know of a record. A line of the log is only skimmed for it, because a host reads the whole log when it
/// starts, and nobody will ever ask for most of what stands there.
/// </summary>
internal sealed class RecordOutline
{
    public required string ThreadId { get; init; }

    public required StoredView View { get; init; }

    /// <summary>What the ledger must know of the view.</summary>
    public required ThreadStanding Standing { get; init; }

    /// <summary>What the ledger must know of a thread that has ended; null until then.</summary>
    public EndOutline? End { get; init; }

    /// <summary>What the parties have reserved; null for nothing.</summary>
    public ReservedUsd? Reserved { get; init; }

    /// <summary>When the thread ends by itself.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The end of the chain that the record follows.</summary>
    public required ChainMark Follows { get; init; }

    /// <summary>The end of the chain after it.</summary>
    public required ChainMark Head { get; init; }

    public required IReadOnlyList<EntryOutline> Entries { get; init; }

    public IReadOnlyList<RequestReceipt> Receipts { get; init; } = [];

    /// <summary>What the mesh noted; null in steps.</summary>
    public ThreadNotice? Notice { get; init; }

    /// <summary>When it happened; null where it only answers requests.</summary>
    public DateTimeOffset? HappenedAt => Entries is [var first, ..] ? first.At : Notice?.At;

    /// <summary>The record itself, where this host made it.</summary>
    public ThreadRecord? Whole { get; init; }

    /// <summary>Whether it followed what stood before it in the log, once it is ingested.</summary>
    public bool Counts { get; set; }

    /// <summary>The outline of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isBrief">Whether it is looked at for a moment only.</param>
    public static RecordOutline Of(ThreadRecord record, bool isBrief = false) => new()
    {
        ThreadId = record.ThreadId,
        View = new StoredView(record.View, isBrief),
        Standing = new ThreadStanding(record.View.State, record.View.EndState, record.View.Reason),
        End = record.View.EndedAt is { } ended
            ? new EndOutline(record.View.Pattern, record.View.Round, record.View.CreatedAt, ended)
            : null,
        Reserved = record.View.ReservedUsd,
        Deadline = record.View.Deadline,
        Follows = ChainMark.Of(record.Follows),
        Head = ChainMark.Of(record.View.Evidence.Head),
        Entries = [.. record.Entries.Select(entry => new EntryOutline(
            entry.Ordinal,
            entry.Event.At,
            entry.Event is ThreadOpening { Thread: var thread }
                ? new OpeningOutline(
                    thread.RequestHash, thread.Initiator, thread.Responder, thread.Limits.CostCapUsd, thread.Limits.Ttl)
                : null,
            entry.Event is MessageAccepted { Message: var message }
                ? new MessageOutline(
                    message.MessageId, message.From, message.To, message.Kind == MessageKind.Brief, SpendOf(message.Usage))
                : null))],
        Receipts = record.Receipts,
        Notice = record.Notice,
        Whole = record,
    };

    /// <summary>The outline of a line.</summary>
    /// <exception cref="JsonException">The line is no record.</exception>
    public static RecordOutline Read(ReadOnlyMemory<byte> line) => new RecordSkimmer(line).Read();

    private static Spend? SpendOf(SettledUsage? usage) =>
        usage is null ? null : new Spend(1, usage.CostSource == CostSource.Unpriced ? 1 : 0, usage.Totals());
}

/// <summary>What the index must know of one entry of the transcript.</summary>
/// <param name="Ordinal">Its place in the thread's chain.</param>
/// <param name="At">When it happened.</param>
/// <param name="Opening">The opening, where the entry is it.</param>
/// <param name="Message">The message, where the entry is one.</param>
internal sealed record EntryOutline(int Ordinal, DateTimeOffset At, OpeningOutline? Opening, MessageOutline? Message)
{
    /// <summary>The day on which it happened, by UTC.</summary>
    public DateOnly Day => DateOnly.FromDateTime(At.UtcDateTime);
}

/// <summary>What the index must know of a thread's opening.</summary>
/// <param name="RequestHash">The hash of the request that started the thread.</param>
/// <param name="Initiator">One party.</param>
/// <param name="Responder">The other party.</param>
/// <param name="CostCapUsd">What the thread may cost, in US dollars.</param>
/// <param name="Ttl">How long it may be open.</param>
internal sealed record OpeningOutline(
    string RequestHash, string Initiator, string Responder, decimal CostCapUsd, TimeSpan Ttl);

/// <summary>What the index must know of one message; what it cost is null where it reported no usage.</summary>
internal sealed record MessageOutline(string MessageId, string From, string To, bool IsBrief, Spend? Spend);

/// <summary>What is counted of a thread that has ended, beside its standing.</summary>
/// <param name="Pattern">Which of the mesh's uses it is.</param>
/// <param name="Rounds">Its submissions.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="EndedAt">When it ended.</param>
internal sealed record EndOutline(Pattern Pattern, int Rounds, DateTimeOffset CreatedAt, DateTimeOffset EndedAt);
