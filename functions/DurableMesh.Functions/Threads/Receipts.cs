using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Threads;

/// <summary>The receipts that the store can give without asking the thread.</summary>
internal static class Receipts
{
    /// <summary>The decision is not known in time; the transcript will tell.</summary>
    public static Receipt Pending(ThreadView thread) => Of(thread, ReceiptKind.Pending);

    /// <summary>The message is part of the thread already.</summary>
    public static Receipt Duplicate(ThreadView thread, int sequence) =>
        Of(thread, ReceiptKind.Duplicate) with { Sequence = sequence };

    /// <summary>The sender's id stands for another message.</summary>
    public static Receipt Conflict(ThreadView thread, int sequence) => Of(thread, ReceiptKind.Rejected) with
    {
        Reason = RejectReason.MessageConflict,
        Detail = $"Message {sequence} has the same messageId and other content; give a new message a new messageId.",
    };

    /// <summary>The dialogue is between others.</summary>
    public static Receipt NotAParty(ThreadView thread, string from) => Of(thread, ReceiptKind.Rejected) with
    {
        Reason = RejectReason.NotAParty,
        Detail = $"'{from}' is no party of this thread.",
    };

    /// <summary>Nothing can be sent any more.</summary>
    public static Receipt ThreadEnded(ThreadView thread) => Of(thread, ReceiptKind.Rejected) with
    {
        Reason = RejectReason.ThreadEnded,
        Detail = $"The thread ended as {thread.EndState?.ToString().ToUpperInvariant()}; nothing more can be sent to it.",
    };

    /// <summary>What was asked for is so already.</summary>
    public static Receipt Accepted(ThreadView thread) => Of(thread, ReceiptKind.Accepted);

    /// <summary>A receipt as the answer to whoever sent something.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="pendingAt">Where the outcome of what is pending will be, if anywhere.</param>
    public static JsonAnswer<Receipt> Answer(Receipt receipt, string? pendingAt = null) => receipt.Kind switch
    {
        ReceiptKind.Pending => new(receipt, StatusCodes.Status202Accepted) { Location = pendingAt },
        ReceiptKind.Rejected => new(receipt, StatusCodes.Status409Conflict),
        _ => new(receipt),
    };

    private static Receipt Of(ThreadView thread, ReceiptKind kind) => new()
    {
        Kind = kind,
        ThreadId = thread.ThreadId,
        ThreadState = thread.State,
    };
}
