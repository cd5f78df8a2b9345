using System.Text.Json;
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

    public required IReadOnlyList<EntryOutline> Entries { get; init; }

    public IReadOnlyList<RequestReceipt> Receipts { get; init; } = [];

    /// <summary>The record itself, where this host made it.</summary>
    public ThreadRecord? Whole { get; init; }

    /// <summary>The outline of a record that this host made.</summary>
    public static RecordOutline Of(ThreadRecord record) => new()
    {
        ThreadId = record.ThreadId,
        View = new StoredView(record.View),
        Entries = [.. record.Entries.Select(entry => new EntryOutline(
            entry.Ordinal,
            (entry.Event as ThreadOpening)?.Thread.RequestHash,
            entry.Event is MessageAccepted { Message: var message }
                ? new MessageOutline(message.MessageId, message.From, message.To, message.Kind == MessageKind.Brief)
                : null))],
        Receipts = record.Receipts,
        Whole = record,
    };

    /// <summary>The outline of a line.</summary>
    /// <exception cref="JsonException">The line is no record.</exception>
    public static RecordOutline Read(ReadOnlyMemory<byte> line) => new RecordSkimmer(line).Read();
}

/// <summary>What the index must know of one entry of the transcript.</summary>
/// <param name="Ordinal">Its place in the thread's chain.</param>
/// <param name="RequestHash">On the opening: the hash of the request that started the thread.</param>
/// <param name="Message">The message, where the entry is one.</param>
internal sealed record EntryOutline(int Ordinal, string? RequestHash, MessageOutline? Message);

/// <summary>What the index must know of one message.</summary>
internal sealed record MessageOutline(string MessageId, string From, string To, bool IsBrief);
