using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>
/// The past of the threads' log: what this machine's disk knows of it up to a position. So a start reads only what came after,
/// and threads that have ended need not stay in memory.
/// </summary>
/// <remarks>
/// Every method but <see cref="OpenAsync"/> throws <see cref="StoreUnavailableException"/> while the tables cannot be read.
/// </remarks>
internal interface IPast
{
    /// <summary>How far it goes, as far as this host has written it down; the beginning where it cannot be read.</summary>
    LogPosition Position { get; }

    /// <summary>Looks whether there is a past of this very log, and opens it.</summary>
    /// <param name="log">The log.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>What a start must know of it; null where all of the log is to be read.</returns>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    ValueTask<PastSummary?> OpenAsync(LogEnd log, CancellationToken cancellation);

    /// <summary>A thread as it was at <see cref="Position"/>; null for one that began later, or never.</summary>
    ThreadTrack? Find(string threadId);

    /// <summary>Threads that had ended, the newest first, from those that began before a position.</summary>
    /// <param name="before">The position; null for all.</param>
    IEnumerable<(LogPosition Began, ThreadView View)> EndedBefore(LogPosition? before);

    /// <summary>Whether a thread began at a position.</summary>
    bool Began(LogPosition position);

    /// <summary>All threads that had ended, in no order.</summary>
    IEnumerable<ThreadMark> EndedMarks();

    /// <summary>The accounts of threads that had ended, from the highest <see cref="ThreadAccount.Number"/> down.</summary>
    /// <param name="first">The lowest number that is wanted.</param>
    /// <param name="last">The highest one.</param>
    IEnumerable<ThreadAccount> EndedAccounts(int first, int last);

    /// <summary>At most <paramref name="limit"/> messages to an agent, in the log's order.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="after">The place after which they lie; null for the first.</param>
    /// <param name="before">The position before which they lie.</param>
    /// <param name="limit">The most.</param>
    /// <exception cref="UnknownPositionException">No message to the agent lies at <paramref name="after"/>.</exception>
    IReadOnlyList<EntryPlace> Inbox(string agentId, LogPosition? after, LogPosition before, int limit);

    /// <summary>The runs of the threads that had ended when it was opened.</summary>
    PairAccounts Pairs();
}

/// <summary>The past of a log that was read from its beginning: nothing leaves the memory.</summary>
internal sealed class NoPast : IPast
{
    public static readonly NoPast Instance = new();

    public LogPosition Position => LogPosition.Beginning;

    public ValueTask<PastSummary?> OpenAsync(LogEnd log, CancellationToken cancellation) => new((PastSummary?)null);

    public ThreadTrack? Find(string threadId) => null;

    public IEnumerable<(LogPosition Began, ThreadView View)> EndedBefore(LogPosition? before) => [];

    public bool Began(LogPosition position) => false;

    public IEnumerable<ThreadMark> EndedMarks() => [];

    public IEnumerable<ThreadAccount> EndedAccounts(int first, int last) => [];

    public IReadOnlyList<EntryPlace> Inbox(string agentId, LogPosition? after, LogPosition before, int limit) =>
        after is null ? [] : throw new UnknownPositionException();

    public PairAccounts Pairs() => new();
}

/// <summary>A log as it is in the storage before it is read.</summary>
/// <param name="End">The position after all that it has.</param>
/// <param name="ReadAsync">Reads some of it.</param>
internal sealed record LogEnd(LogPosition End, Func<LogSpan, CancellationToken, Task<ReadOnlyMemory<byte>>> ReadAsync);

/// <summary>What a start must know of the past.</summary>
internal sealed record PastSummary
{
    /// <summary>The store.</summary>
    public required ulong Store { get; init; }

    /// <summary>How far the past goes.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>The threads that had not ended, in the order in which they began.</summary>
    public required IReadOnlyList<ThreadTrack> Running { get; init; }

    /// <summary>What each agent did last, and when.</summary>
    public required IReadOnlyList<(string AgentId, DateTimeOffset At)> Heard { get; init; }

    /// <summary>Where the log was at what time.</summary>
    public required IReadOnlyList<(DateTimeOffset At, LogPosition Position)> Marks { get; init; }

    /// <summary>The sums over all threads.</summary>
    public required LedgerSums Sums { get; init; }
}

/// <summary>What the ledger had counted at a position.</summary>
/// <param name="Threads">How many threads there were.</param>
/// <param name="Messages">How many messages.</param>
/// <param name="Standings">How many threads were where.</param>
/// <param name="Days">What was spent, by day and agent.</param>
internal sealed record LedgerSums(
    int Threads,
    long Messages,
    IReadOnlyList<(ThreadStanding Standing, int Threads)> Standings,
    IReadOnlyList<SpentOnDay> Days);

/// <summary>What an agent spent on a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="Spend">All of it.</param>
/// <param name="CountedUsd">What of it counts against the day's budgets, in US dollars.</param>
/// <param name="FirstThread">The lowest <see cref="ThreadAccount.Number"/> of the threads in which it was.</param>
/// <param name="LastThread">The highest one.</param>
internal sealed record SpentOnDay(
    DateOnly Day, string AgentId, Spend Spend, decimal CountedUsd, int FirstThread, int LastThread);
