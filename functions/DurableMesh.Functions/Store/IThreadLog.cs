using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>What activities write and HTTP functions answer from: every thread's state, transcript and receipts.</summary>
/// <remarks>Every method throws <see cref="StoreUnavailableException"/> when the storage has not answered in time.</remarks>
public interface IThreadLog
{
    /// <summary>
    /// Writes one step of a thread if it follows what the store has of it. Returns when that is durable; doing it again changes
    /// nothing.
    /// </summary>
    /// <returns>Null where the store has the step; otherwise what it has instead, and nothing was written.</returns>
    Task<StoredSteps?> AppendAsync(ThreadRecord record, CancellationToken cancellation);

    /// <summary>The thread, or null when the store does not know it (yet).</summary>
    ValueTask<StoredThread?> FindAsync(string threadId, CancellationToken cancellation);

    /// <summary>Whether this host has read a step of the thread.</summary>
    bool Knows(string threadId);

    /// <summary>Looks whether the store has an entry that a thread's orchestration recorded.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="hash">The entry's hash.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null where the store has it; otherwise the hash with which the store's chain of the thread ends.</returns>
    ValueTask<string?> FindEndWithoutAsync(string threadId, string hash, CancellationToken cancellation);

    /// <summary>How often the storage had forgotten steps, which were then written again, since this host started.</summary>
    int TimesWrittenAgain { get; }

    /// <summary>The whole transcript so far, in order; empty for an unknown thread.</summary>
    ValueTask<IReadOnlyList<TranscriptEntry>> ReadTranscriptAsync(string threadId, CancellationToken cancellation);

    /// <summary>
    /// At most <paramref name="limit"/> messages with a sequence greater than <paramref name="after"/>, in order.
    /// </summary>
    ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(
        string threadId, int after, int limit, CancellationToken cancellation);

    /// <summary>The accepted message with this sender and the sender's id, or null.</summary>
    ValueTask<StoredMessage?> FindMessageAsync(string threadId, string from, string messageId, CancellationToken cancellation);

    /// <summary>
    /// Threads that pass <paramref name="filter"/>, newest first, from those that began before <paramref name="before"/>.
    /// </summary>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    ValueTask<ThreadList> ListAsync(
        Func<ThreadView, bool> filter, int limit, LogPosition? before, CancellationToken cancellation);

    /// <summary>As <see cref="ListAsync"/>, of the threads that have not ended: those that have cost next to nothing.</summary>
    /// <exception cref="UnknownPositionException">No page gave that position.</exception>
    ValueTask<ThreadList> ListRunningAsync(
        Func<ThreadView, bool> filter, int limit, LogPosition? before, CancellationToken cancellation);

    /// <summary>The threads that pass a filter, in no order: enough to choose and to sort them, without their states.</summary>
    ValueTask<IReadOnlyList<ThreadMark>> ListMarksAsync(Func<ThreadMark, bool> filter, CancellationToken cancellation);

    /// <summary>When a thread changed last, as far as this host has read the log; null for one that it does not know.</summary>
    DateTimeOffset? ChangedAt(string threadId);

    /// <summary>The threads that have not ended though their deadline was before an instant, in no order.</summary>
    ValueTask<IReadOnlyList<string>> ListOverdueAsync(DateTimeOffset instant, CancellationToken cancellation);

    /// <summary>
    /// At most <paramref name="limit"/> messages to an agent after <paramref name="after"/>, over all threads, in the log's
    /// order.
    /// </summary>
    /// <exception cref="UnknownPositionException">The agent's inbox never gave that position.</exception>
    ValueTask<IReadOnlyList<StoredMessage>> ReadInboxAsync(
        string agentId, LogPosition? after, int limit, CancellationToken cancellation);

    /// <summary>When an agent's last message was accepted, as far as this host has read the log; null when none was.</summary>
    DateTimeOffset? LastHeard(string agentId);

    /// <summary>The answer to a request of the last minutes, or null when there is none yet.</summary>
    Receipt? FindReceipt(string requestId);

    /// <summary>
    /// A task that completes when something about a thread or an agent (by its id) may have changed. Ask for it, then look, then
    /// wait.
    /// </summary>
    Task NextChange(string id);

    /// <summary>Asks the storage itself whether it is there.</summary>
    Task PingAsync(CancellationToken cancellation);
}

/// <summary>A thread as the store knows it.</summary>
/// <param name="View">Its state.</param>
/// <param name="RequestHash">The SHA-256 of the request that started it.</param>
public sealed record StoredThread(ThreadView View, string RequestHash);

/// <summary>A message as the store knows it; the content of a large body is in the <see cref="IBodyStore"/>.</summary>
/// <param name="ThreadId">Its thread.</param>
/// <param name="Cursor">Its place in the log, after which an inbox goes on.</param>
/// <param name="Accepted">The message, and when it became part of the thread.</param>
public sealed record StoredMessage(string ThreadId, LogPosition Cursor, MessageAccepted Accepted)
{
    /// <summary>
    /// Who hears of a message: whom it is for. The mesh sends the brief on the initiator's behalf and the first move is the
    /// initiator's, so the brief reaches both.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="agentId">The agent.</param>
    public static bool Reaches(Message message, string agentId) =>
        message.To == agentId || (message.Kind == MessageKind.Brief && message.From == agentId);
}

/// <summary>Some of a thread, which costs nothing to look at.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="Initiator">One party.</param>
/// <param name="Responder">The other party.</param>
/// <param name="HasEnded">Whether it is over.</param>
/// <param name="ChangedAt">When it changed last.</param>
public readonly record struct ThreadMark(
    string ThreadId, string Initiator, string Responder, bool HasEnded, DateTimeOffset ChangedAt);

/// <summary>A page of threads.</summary>
/// <param name="Threads">Newest first.</param>
/// <param name="Next">Where the next page starts; null on the last one.</param>
public sealed record ThreadList(IReadOnlyList<ThreadView> Threads, LogPosition? Next);
