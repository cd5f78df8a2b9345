using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Agents;

/// <summary>What the page of an agent shows.</summary>
/// <param name="Line">The agent, with what counts against its limits.</param>
/// <param name="Company">Its company; of that, only this agent is listed.</param>
/// <param name="Threads">Its newest threads.</param>
/// <param name="Keys">Its keys, those that work first.</param>
/// <param name="Pairs">What its threads came to, by pair and week, the newest week first.</param>
/// <param name="Now">The time.</param>
public sealed record AgentModel(
    AgentLine Line,
    CompanyLine? Company,
    IReadOnlyList<ThreadView> Threads,
    IReadOnlyList<KeyView> Keys,
    PairStats Pairs,
    DateTimeOffset Now)
{
    /// <summary>How many threads it shows.</summary>
    public const int MostThreads = 10;

    /// <summary>How many keys it shows.</summary>
    public const int MostKeys = 30;

    /// <summary>How many rows of pairs it shows.</summary>
    public const int MostPairs = 20;

    /// <summary>Whether a key works.</summary>
    /// <param name="key">The key.</param>
    /// <param name="now">The time.</param>
    public static bool Works(KeyView key, DateTimeOffset now) => key.RevokedAt is null && !(key.ExpiresAt <= now);
}
