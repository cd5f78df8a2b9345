using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>A <see cref="ThreadTrack"/> as it is written down, but for the thread's state and its entries.</summary>
internal sealed record SavedTrack
{
    /// <summary>Where the thread's first step lies.</summary>
    public required LogSpan Began { get; init; }

    /// <summary>The hash of the request that started it.</summary>
    public required string RequestHash { get; init; }

    /// <summary>The end of its chain.</summary>
    public required string Head { get; init; }

    /// <summary>Where its newest record lies.</summary>
    public required LogSpan Last { get; init; }

    /// <summary>When it ends by itself, in ticks of UTC.</summary>
    public required long Due { get; init; }

    /// <summary>From when on its time is nearly over, in ticks of UTC.</summary>
    public required long Near { get; init; }

    /// <summary>When its newest entry was made, in ticks of UTC.</summary>
    public required long ChangedAt { get; init; }

    /// <summary>How long it may be open.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>Where what the mesh noted of it lies.</summary>
    public LogSpan? Notice { get; init; }

    /// <summary>The requests that were answered since its last entry.</summary>
    public IReadOnlyList<string>? Answered { get; init; }

    /// <summary>What the ledger counts of it.</summary>
    public required SavedAccount Account { get; init; }
}

/// <summary>Where an entry of a transcript lies, as it is written down.</summary>
/// <param name="At">The place.</param>
/// <param name="MessageIdHash">The hash of the sender's id of a message; null where the entry is none.</param>
internal readonly record struct SavedEntry(EntryPlace At, int? MessageIdHash);

/// <summary>A <see cref="ThreadAccount"/> as it is written down, but for where the thread is.</summary>
/// <param name="Initiator">One party.</param>
/// <param name="Responder">The other party.</param>
/// <param name="CostCapUsd">What the thread may cost, in US dollars.</param>
/// <param name="Days">What was spent on which day.</param>
/// <param name="Reserved">What the parties have reserved; null for nothing.</param>
internal sealed record SavedAccount(
    string Initiator, string Responder, decimal CostCapUsd, IReadOnlyList<SavedDay> Days, ReservedUsd? Reserved);

/// <summary>What was spent on one day in one thread.</summary>
/// <param name="Day">The day.</param>
/// <param name="Spend">What was spent.</param>
internal readonly record struct SavedDay(DateOnly Day, Spend Spend);
