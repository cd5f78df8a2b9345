using DurableMesh.Core.Agents;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Store;

/// <summary>
/// What the mesh's threads spend and where they are: counted in memory as their steps are written, never looked up.
/// </summary>
/// <remarks>
/// An answer is as new as what this host has read of the log: whoever decides by it calls <see cref="RefreshAsync"/> first. Days
/// are those of UTC. An agent's company is the one that the registry says now.
/// </remarks>
public interface IMeshLedger
{
    /// <summary>Waits until the count holds all that was written so far.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    ValueTask RefreshAsync(CancellationToken cancellation);

    /// <summary>How many open threads an agent is a party of.</summary>
    int OpenThreads(string agentId);

    /// <summary>What an agent has spent today as far as it counts against budgets, in US dollars.</summary>
    decimal SpentToday(string agentId);

    /// <summary>What a company's agents have spent today as far as it counts against budgets, in US dollars.</summary>
    decimal CompanySpentToday(string company, AgentRegistry agents);

    /// <summary>What counts against the day's budgets at one instant.</summary>
    DayStanding Standing();

    /// <summary>Counts a message as spent from now on: until its thread has taken it in, or it is forgotten.</summary>
    void Expect(MessageUnderWay message);

    /// <summary>Counts a message no more that its thread has not taken in.</summary>
    void Forget(MessageUnderWay message);

    /// <summary>The whole mesh in numbers.</summary>
    MeshStats Stats(AgentRegistry agents);

    /// <summary>A page of what was spent; null where the query's cursor is none that an earlier page gave.</summary>
    CostsPage? Costs(CostQuery query, AgentRegistry agents);

    /// <summary>
    /// A page of what ended threads came to, beside what was imported; null where the query's cursor is none that an earlier page
    /// gave.
    /// </summary>
    PairStats? Pairs(PairQuery query, IReadOnlyDictionary<PairKey, BaselineRow> baseline);
}

/// <summary>What a party of a thread has reserved for a call.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="AgentId">The party.</param>
public readonly record struct Reservation(string ThreadId, string AgentId);

/// <summary>A message that was handed to its thread, and that nobody knows the fate of yet.</summary>
/// <param name="For">The thread, and the party that sends it.</param>
/// <param name="MessageId">The sender's id for it.</param>
/// <param name="Usd">What of its cost counts, in US dollars.</param>
/// <param name="IsTurn">Whether it settles what the party has reserved.</param>
public sealed record MessageUnderWay(Reservation For, string MessageId, decimal Usd, bool IsTurn);

/// <summary>What counts against the day's budgets at one instant, in US dollars.</summary>
/// <param name="Spent">What each agent has spent.</param>
/// <param name="Reserved">What the calls may cost at most that are being made.</param>
/// <param name="UnderWay">The messages that are on their way into their threads, and not among what is spent.</param>
public sealed record DayStanding(
    IReadOnlyDictionary<string, decimal> Spent,
    IReadOnlyDictionary<Reservation, decimal> Reserved,
    IReadOnlyList<MessageUnderWay> UnderWay);
